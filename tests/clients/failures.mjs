// A reporter that names what fails, with its reason and file, and counts the rest.

import { relative } from "node:path";
import { inspect } from "node:util";

export default async function* failures(events) {
  let passed = 0;
  for await (const { type, data } of events) {
    if (type === "test:stdout" || type === "test:stderr") yield data.message;
    // A file counts as a test of its own where it could not be run.
    if (data?.details?.type === "suite" || (data?.file && data.name === data.file)) {
      if (type === "test:fail") yield failure(data);
      continue;
    }
    if (type === "test:pass") passed += 1;
    if (type === "test:fail") yield failure(data);
  }
  yield `${passed} tests passed\n`;
}

function failure({ name, file, details: { error } }) {
  const cause = error?.cause ?? error;
  const reason = cause?.stack ?? inspect(cause);
  return `\nFAILED ${file ? `${relative(".", file)}: ` : ""}${name}\n${reason}\n`;
}
