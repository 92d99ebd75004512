// Builds dist/: the command (CommonJS chunks), the library (ES modules), its types, and the licences of what is
// bundled. Run by `npm run build`; the same source gives the same bytes.
import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { rolldown } from "rolldown";
import bundles, { launcher } from "./rolldown.config.mjs";

// Built beside its place and swapped in at the end, so that a command that runs meanwhile finds all its chunks.
const fresh = `.dist-${process.pid}`;

const bundled = new Map();
const [command] = await Promise.all(bundles.map(write));
await write(launcher(command.find(({ isEntry }) => isEntry).fileName));

/** Writes one bundle and returns its files. */
async function write({ output, ...input }) {
  const bundle = await rolldown(input);
  const { output: files } = await bundle.write({ ...output, dir: `${fresh}/${output.dir}` });
  for (const file of files) {
    for (const id of file.moduleIds ?? []) remember(id);
  }
  await bundle.close();
  return files;
}

// What the PDF report needs beside its code: the fonts, and the colour profile that pdfkit looks for beside itself.
const FONTS = [
  ["noto-sans", "400Regular/NotoSans_400Regular.ttf", "NotoSans-Regular.ttf"],
  ["noto-sans", "600SemiBold/NotoSans_600SemiBold.ttf", "NotoSans-SemiBold.ttf"],
  ["noto-emoji", "400Regular/NotoEmoji_400Regular.ttf", "NotoEmoji-Regular.ttf"],
];
mkdirSync(`${fresh}/fonts`);
for (const [name, file, to] of FONTS) {
  const folder = `node_modules/@expo-google-fonts/${name}`;
  copyFileSync(`${folder}/${file}`, `${fresh}/fonts/${to}`);
  remember(`./${folder}/package.json`);
}
// pdfkit is in a chunk of the command, and in one of the library.
for (const folder of ["cli", "lib"]) {
  mkdirSync(`${fresh}/${folder}/data`);
  copyFileSync(
    "node_modules/pdfkit/js/data/sRGB_IEC61966_2_1.icc",
    `${fresh}/${folder}/data/sRGB_IEC61966_2_1.icc`,
  );
}

/** Notes the package that a bundled module belongs to. */
function remember(id) {
  const match = /^(.*\/node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(id.replaceAll("\\", "/"));
  if (match !== null) bundled.set(match[2], match[1]);
}

const notices = [...bundled].sort().map(([name, folder]) => {
  const { version, license } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  return `${name} ${version} (${license})\n\n${licenceText(folder)}`;
});
writeFileSync(`${fresh}/THIRD-PARTY-LICENSES.txt`, notices.join(`\n${"-".repeat(78)}\n\n`));

/** A font has a licence of its own beside that of its package. */
function licenceText(folder) {
  const font = `${folder}/LICENSE_FONT`;
  const fontLicence = existsSync(font) ? `\n${readFileSync(font, "utf8")}` : "";
  return firstLicence(folder) + fontLicence;
}

function firstLicence(folder) {
  for (const name of ["LICENSE", "LICENSE.md", "license", "license.md", "LICENSE.txt", "LICENSE.MIT"]) {
    try {
      return readFileSync(`${folder}/${name}`, "utf8");
    } catch (error) {
      if (error.code !== "ENOENT") throw error;
    }
  }
  const { license, author } = JSON.parse(readFileSync(`${folder}/package.json`, "utf8"));
  if (license !== "MIT" || author === undefined) throw new Error(`no licence text found in ${folder}`);
  // Some name the licence and come without its text, which is that of our own.
  return readFileSync("LICENSE", "utf8").replace(/^Copyright.*$/m, `Copyright (c) ${author}`);
}

const types = ["node_modules/typescript/bin/tsc", "-p", "tsconfig.build.json", "--outDir", `${fresh}/types`];
execFileSync(process.execPath, types, { stdio: "inherit" });

const old = `.dist-${process.pid}-old`;
try {
  renameSync("dist", old);
} catch (error) {
  if (error.code !== "ENOENT") throw error;
}
renameSync(fresh, "dist");
rmSync(old, { recursive: true, force: true });
