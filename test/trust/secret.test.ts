import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readSecret } from "../../src/trust/secret.ts";

function fileWith(content: string | Uint8Array, mode = 0o600): string {
  const folder = mkdtempSync(join(tmpdir(), "chatx-secret-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "secret");
  writeFileSync(path, content);
  chmodSync(path, mode);
  return path;
}

describe("a secret", () => {
  test("is read from a variable", () => {
    expect(readSecret("env:HOOK", "--sign-secret", { HOOK: "s3cret" })).toEqual({
      secret: "s3cret",
      warnings: [],
    });
  });

  test.each([["s3cret"], ["s3cret\n"], ["s3cret\r\n"]])(
    "is read from a file without its line end: %j",
    (content) => {
      const read = readSecret(`file:${fileWith(content)}`, "--sign-secret", {});
      expect(read).toEqual({ secret: "s3cret", warnings: [] });
    },
  );

  test("keeps white space of its own", () => {
    expect(readSecret(`file:${fileWith(" a b \n\n")}`, "--sign-secret", {}).secret).toBe(" a b \n");
  });

  test.skipIf(process.platform === "win32").each([0o644, 0o640, 0o604])(
    "in a file of mode %o is told to be open",
    (mode) => {
      const { warnings } = readSecret(`file:${fileWith("s3cret", mode)}`, "--sign-secret", {});
      expect(warnings).toEqual([expect.stringMatching(/can be read by others; chmod 600/)]);
    },
  );

  test.each(["canary", "whsec_canary", "file", "env:", "canary:canary", "ENV:canary"])(
    "is no argument: %s",
    (source) => {
      expect(() => readSecret(source, "--sign-secret", {})).toThrow(
        /^(?!.*canary)--sign-secret takes env:NAME or file:PATH/,
      );
    },
  );

  test.each([
    ["an unset variable", () => "env:NOT_SET"],
    ["an empty variable", () => "env:EMPTY"],
    ["an inherited name", () => "env:toString"],
    ["an empty file", () => `file:${fileWith("\n")}`],
    ["no file", () => "file:/nonexistent/secret"],
    ["a folder", () => `file:${tmpdir()}`],
    ["bytes that are no text", () => `file:${fileWith(Buffer.from([0xff, 0xfe, 0x41]))}`],
    ["something huge", () => `file:${fileWith("canary".repeat(20_000))}`],
  ])("cannot be %s", (_, source) => {
    expect(() => readSecret(source(), "--sign-secret", { EMPTY: "" })).toThrow(/^(?!.*canary)--sign-secret/);
  });
});
