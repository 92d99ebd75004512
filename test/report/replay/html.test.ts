import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { describe, expect, test } from "vitest";
import { createReplayReporter } from "../../../src/report/replay/index.ts";
import { HOSTILE, message, outcome, reportOf, written } from "./support.ts";

/** parse5 reads HTML as browsers do. */
const { parse } = createRequire(import.meta.url)("parse5") as { parse(html: string): Node };

interface Node {
  readonly nodeName: string;
  readonly value?: string;
  readonly attrs?: readonly { readonly name: string; readonly value: string }[];
  readonly childNodes?: readonly Node[];
}

function elements(node: Node): Node[] {
  const below = (node.childNodes ?? []).flatMap(elements);
  return node.attrs === undefined ? below : [node, ...below];
}

function textOf(node: Node): string {
  if (node.nodeName === "#text") return node.value!;
  return (node.childNodes ?? []).map(textOf).join("");
}

async function pageOf(name: string, reason: string): Promise<{ readonly html: string; readonly page: Node }> {
  const outcomes = [
    outcome(1, "delivered"),
    outcome(2, "failed", { message: message(2, name), status: 400, code: name.slice(0, 40), reason }),
    outcome(3, "held", { message: message(3, name), code: "held", reason }),
  ];
  const stopped = { code: "max-failures", reason };
  const plain = reportOf(outcomes);
  const report = { ...plain, target: name, advice: [reason], summary: { ...plain.summary, stopped } };
  const html = written(await createReplayReporter("html", "1.2.3"), outcomes, report);
  return { html, page: parse(html) };
}

function shapeOf(page: Node): string[] {
  return elements(page).map(
    ({ nodeName, attrs }) => `${nodeName} ${attrs!.map(({ name }) => name).join(",")}`,
  );
}

describe("the html report", () => {
  test("has the same elements and attributes whatever names and reasons hold", async () => {
    const plain = await pageOf("captures/a.jsonl", "refused");
    const hostile = await pageOf(HOSTILE, HOSTILE);
    expect(shapeOf(hostile.page)).toEqual(shapeOf(plain.page));
    const text = textOf(hostile.page);
    expect(text).toContain("<script>alert(1)</script>");
    expect(text).toContain("\\u001b[2J");
    expect(hostile.html).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });

  test("has no script, no handler, no resource from elsewhere, and a policy against all of them", async () => {
    const { html, page } = await pageOf(HOSTILE, HOSTILE);
    const all = elements(page);
    const names = new Set(all.map(({ nodeName }) => nodeName));
    for (const name of ["script", "img", "link", "iframe", "object", "a", "form"])
      expect(names).not.toContain(name);
    const attributes = all.flatMap(({ attrs }) => attrs!);
    const forbidden = /^(?:on.*|src|href|style|srcset|action)$/;
    expect(attributes.filter(({ name }) => forbidden.test(name))).toEqual([]);
    const policy = attributes.find(({ value }) => value.startsWith("default-src"))!.value;
    const style = all.find(({ nodeName }) => nodeName === "style")!;
    const hash = createHash("sha256").update(textOf(style)).digest("base64");
    expect(policy).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`,
    );
    expect(html).not.toMatch(/url\(|@import/);
  });

  test("shows totals, statuses, both charts and at most 500 messages", async () => {
    const outcomes = Array.from({ length: 1200 }, (_, at) =>
      at % 2 === 0
        ? outcome(at + 1, "delivered")
        : outcome(at + 1, "failed", { status: 422, reason: "the endpoint answered 422" }),
    );
    const html = written(await createReplayReporter("html", "1.2.3"), outcomes);
    const page = parse(html);
    const text = textOf(page).replace(/\s+/g, " ");
    expect(text).toContain("600 of 1200 messages were delivered");
    expect(elements(page).filter(({ nodeName }) => nodeName === "tr").length).toBe(2 + 3 + 501);
    expect(text).toContain("and 100 more");
    const charts = elements(page).filter(({ attrs }) => attrs!.some(({ value }) => value === "chart"));
    expect(charts).toHaveLength(2);
    const height = (svg: Node) => elements(svg).filter(({ nodeName }) => nodeName === "rect").length;
    expect(charts.map(height).every((bars) => bars > 3)).toBe(true);
  });

  test("leaves out what there is nothing to say about", async () => {
    const html = written(await createReplayReporter("html", "1.2.3"), []);
    expect(html).toContain("Everything was delivered.");
    expect(html).not.toContain("<svg");
    expect(html).not.toContain("<h2>");
  });
});
