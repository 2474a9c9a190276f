// Our answer to a case, in the oracle's form. It sees the case only.
import { answerExporter, type ExporterAnswer } from "./answer-exporter.ts";
import { answerImporter, type ImporterAnswer } from "./answer-importer.ts";
import type { VectorCase } from "./vector-case.ts";

export interface Answer {
  readonly exporter: ExporterAnswer;
  readonly importer: ImporterAnswer;
}

/** What the product's rules say to a case, exporter first, and the importer to what the exporter offers. */
export function answerCase(asked: VectorCase): Answer {
  const { answer, offers } = answerExporter(asked.exporterMesh);
  return { exporter: answer, importer: answerImporter(asked.importerMesh, offers) };
}
