// Manifests of kinds that Kubernetes itself does not know, against the schemas of who defines them: values by the
// generated validators, unknown fields by TypeScript, for which a field too many in a literal is an error.
//
//     node custom_kinds.mjs FOLDER_OF_PACKAGES FILE.yaml...
import fs from "node:fs";
import path from "node:path";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [folder, ...files] = process.argv.slice(2);
const require = createRequire(path.join(folder, "package.json"));
const YAML = require("yaml");
const ts = require("typescript");

const PACKAGES = {
  "argoproj.io": "@kubernetes-models/argo-cd",
  "cert-manager.io": "@kubernetes-models/cert-manager",
  "external-secrets.io": "@kubernetes-models/external-secrets",
  "monitoring.coreos.com": "@kubernetes-models/prometheus-operator",
  "traefik.io": "@kubernetes-models/traefik",
};

const faults = [];
const literals = [];
let counted = 0;
for (const file of files) {
  for (const document of YAML.parseAllDocuments(fs.readFileSync(file, "utf8"))) {
    const manifest = document.toJS();
    const group = manifest?.apiVersion?.split("/")[0];
    if (group && group.includes(".") && !group.endsWith(".k8s.io")) await check(file, manifest, group);
  }
}
faults.push(...unknownFields());
faults.forEach((fault) => console.log(`FAIL ${fault}`));
console.log(`${counted} of custom kinds are as their schemas say, ${faults.length} faults`);
process.exit(faults.length ? 1 : 0);

async function check(file, manifest, group) {
  const name = `${path.basename(file)}: ${manifest.kind} ${manifest.metadata?.name}`;
  const module = `${PACKAGES[group]}/${manifest.apiVersion}`;
  if (!PACKAGES[group]) return faults.push(`${name}: no schema of ${group} is known here`);
  counted += 1;
  const entry = path.join(folder, "node_modules", module, "index.js");
  const kinds = await import(pathToFileURL(entry)).catch(() => ({}));
  if (!kinds[manifest.kind]) return faults.push(`${name}: ${module} has no such kind`);
  try {
    new kinds[manifest.kind](manifest).validate();
  } catch (error) {
    faults.push(`${name}: ${error.message}`);
  }
  literals.push({ name, module, kind: manifest.kind, manifest });
}

// One source with a literal for each manifest; TypeScript says where a field is that the type does not have.
function unknownFields() {
  const source = path.join(folder, "manifests.ts");
  const blocks = literals.map(({ name, module, kind, manifest }, index) => {
    const literal = JSON.stringify(manifest);
    return `import type { I${kind} as K${index} } from "${module}"; /* ${name} */ const m${index}: K${index} = ${literal};`;
  });
  fs.writeFileSync(source, blocks.join("\n"));
  const program = ts.createProgram([source], {
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    target: ts.ScriptTarget.ES2022,
    types: [],
  });
  const found = ts.getPreEmitDiagnostics(program);
  return found.map((it) => {
    const line = it.file ? it.file.getLineAndCharacterOfPosition(it.start).line : 0;
    return `${literals[line]?.name}: ${ts.flattenDiagnosticMessageText(it.messageText, "\n")}`;
  });
}
