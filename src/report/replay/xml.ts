import { safeText } from "../safe.ts";

/** Attributes with a blank before each, their values made safe. */
export function attributesXml(attributes: Readonly<Record<string, string | number>>): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(safeText(String(value)))}"`)
    .join("");
}

/**
 * For text that is safe already: what XML 1.0 cannot hold, not even as a reference, is gone by then. Right for HTML
 * too, in text and in quoted attributes.
 */
export function escapeXml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}
