import fs, { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { makeDurableFolder, makeFolder } from "../../src/files/make-folder.ts";
import { runChatx } from "../support/run-chatx.ts";

const folder = mkdtempSync(join(tmpdir(), "chatx-make-folder-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("making a folder", () => {
  test("makes those above it too, for the user alone, and again without a word", () => {
    const path = join(folder, "a", "b", "c");
    makeFolder(path);
    makeFolder(path);
    for (const made of [path, join(folder, "a")]) expect(statSync(made).mode & 0o777).toBe(0o700);
  });

  test("makes each name durable in the folder above it, where that is asked for", () => {
    const { openSync, fsyncSync } = fs;
    const opened = new Map<number, string>();
    const synced: string[] = [];
    try {
      fs.openSync = (path, ...rest) => {
        const fd = openSync(path, ...rest);
        opened.set(fd, String(path));
        return fd;
      };
      fs.fsyncSync = (fd) => {
        synced.push(opened.get(fd) ?? "");
        fsyncSync(fd);
      };
      syncBuiltinESMExports();
      makeDurableFolder(join(folder, "x", "y"));
      makeDurableFolder(join(folder, "x", "y"));
    } finally {
      Object.assign(fs, { openSync, fsyncSync });
      syncBuiltinESMExports();
    }
    expect(synced).toEqual([folder, join(folder, "x")]);
  });

  test("takes a link to a folder for the folder, and nothing else", () => {
    makeFolder(join(folder, "real"));
    symlinkSync(join(folder, "real"), join(folder, "link"));
    makeFolder(join(folder, "link"));
    writeFileSync(join(folder, "file"), "");
    expect(() => makeFolder(join(folder, "file"))).toThrow("EEXIST");
    expect(() => makeFolder(join(folder, "file", "below"))).toThrow("ENOTDIR");
  });

  test.skipIf(process.platform !== "linux")("ends where the file system knows no such thing", async () => {
    expect(() => makeFolder("/proc/nope")).toThrow("ENOENT");
    const args = ["convert", "--to", "ferndesk", "--output-dir", "/proc/nope"];
    const run = await runChatx([...args, "fixtures/smartsupp/valid/offline-message.json"]);
    expect(run).toMatchObject({ code: 4, stdout: "" });
    expect(run.stderr).toBe("chatx: cannot write /proc/nope: no such file or folder\n");
  });
});
