// Which requests are shown, and how.
import { expect, test } from "vitest";
import { readAnswer } from "./ask.ts";
import { answerText } from "./show-answers.ts";

test("an answer names the server and whom it saw; no answer says why", () => {
  const told = { namespace: "a", account: "httpbin", hops: ["spiffe://w/ns/x/sa/y", "spiffe://w/ns/x/sa/z"] };
  expect(answerText(readAnswer(200, JSON.stringify(told), ""))).toBe(
    "200 from a/httpbin, seen: spiffe://w/ns/x/sa/y > spiffe://w/ns/x/sa/z",
  );
  expect(answerText(readAnswer(200, JSON.stringify({ ...told, hops: [] }), ""))).toBe(
    "200 from a/httpbin, seen: nobody",
  );
  expect(answerText(readAnswer(503, "upstream", ""))).toBe("503");
  expect(answerText(readAnswer(0, "", "curl: (7) refused"))).toBe("no answer: curl: (7) refused");
});
