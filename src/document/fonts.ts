import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { Face } from "./face.ts";

/** The faces that a report is set in. Each list is in the order in which a character's glyph is looked for. */
export interface ReportFonts {
  readonly regular: readonly Face[];
  readonly bold: readonly Face[];
}

interface Shipped {
  readonly regular: Face;
  readonly bold: Face;
  readonly emoji: Face;
}

let shipped: Promise<Shipped> | undefined;

/**
 * The fonts of the package, with others for scripts that these have no letters of. The package's own are read once.
 *
 * @param extra  TrueType or OpenType files.
 * @throws {FontProblem} For a file that is none.
 */
export async function openFonts(extra: readonly Uint8Array[] = []): Promise<ReportFonts> {
  shipped ??= openShipped();
  const { regular, bold, emoji } = await shipped;
  // Somebody's own font for emoji goes before ours.
  const others = [...extra.map(checkedFace), emoji];
  return { regular: [regular, ...others], bold: [bold, ...others] };
}

function checkedFace(bytes: Uint8Array): Face {
  const face = new Face(bytes);
  face.check();
  return face;
}

async function openShipped(): Promise<Shipped> {
  const [regular, bold, emoji] = await Promise.all([
    shippedFont("NotoSans-Regular.ttf"),
    shippedFont("NotoSans-SemiBold.ttf"),
    shippedFont("NotoEmoji-Regular.ttf"),
  ]);
  return { regular, bold, emoji };
}

/** Built code is in `dist/cli` or `dist/lib`, sources in `src/document`; the fonts are in `dist/fonts`. */
async function shippedFont(name: string): Promise<Face> {
  const places = [`../fonts/${name}`, `../../dist/fonts/${name}`];
  for (const place of places) {
    try {
      return new Face(await readFile(fileURLToPath(new URL(place, import.meta.url))));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
  throw new Error(`the font ${name} is missing in dist/fonts; npm run build puts it there`);
}
