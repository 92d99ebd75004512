/** JSON Pointers (RFC 6901) as text. "" is the whole document; each step starts with "/". */

/** One step of a pointer, escaped. A number is an array index. */
export function step(key: string | number): string {
  return typeof key === "number"
    ? `/${key}`
    : `/${key.includes("~") || key.includes("/") ? key.replaceAll("~", "~0").replaceAll("/", "~1") : key}`;
}

/** A pointer made of unescaped steps. */
export function pointerOf(path: readonly (string | number)[]): string {
  return path.map(step).join("");
}

/** The unescaped steps of a pointer; array indexes come back as their digits. */
export function stepsOf(pointer: string): string[] {
  if (pointer === "") return [];
  return pointer
    .slice(1)
    .split("/")
    .map((part) => (part.includes("~") ? part.replaceAll("~1", "/").replaceAll("~0", "~") : part));
}

/** The pointer one step up; "" stays "". */
export function parentOf(pointer: string): string {
  return pointer.slice(0, Math.max(0, pointer.lastIndexOf("/")));
}
