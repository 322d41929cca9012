// Reads [{module, kind, object}, …] and prints a line "INDEX PROBLEM" for each that breaks the schema of its kind.
import { readFileSync } from "node:fs";

const objects = JSON.parse(readFileSync(process.argv[2], "utf8"));
for (const [index, { module, kind, object }] of objects.entries()) {
  try {
    const models = await import(module);
    new models[kind](object).validate();
  } catch (problem) {
    console.log(index + " " + problem.message.replaceAll("\n", " "));
  }
}
