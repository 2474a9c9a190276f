// `npm run vectors -- FILE`: do our federation rules say what the real federation code said?
import { runVectors } from "./vectors/run-vectors.ts";

process.exitCode = runVectors(process.argv.slice(2), {
  line: (text) => console.log(text),
  problem: (text) => console.error(text),
});
