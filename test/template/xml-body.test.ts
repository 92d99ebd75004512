import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { validateXML } from "xmllint-wasm";
import { compileBody, renderBody } from "../../src/template/body.ts";
import { anyText, HOSTILE, names, textOf, unwrap, withText } from "./hostile.ts";

const NOT_XML = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/;

/** Elements and attributes of a document as libxml2 reads them, in its canonical form (which has no choices left). */
async function readBack(xml: string): Promise<{ attribute: string; text: string }[]> {
  const result = await validateXML({
    xml: { fileName: "body.xml", contents: xml },
    normalization: "c14n",
    maxMemoryPages: 4096,
  });
  expect(result.errors).toEqual([]);
  const canonical = result.normalized;
  const cases = [...canonical.matchAll(/<case at="([^"]*)">([^<]*)<\/case>/g)];
  // Nothing but these elements is there.
  expect(canonical.replace(/<case at="[^"]*">[^<]*<\/case>/g, "").trim()).toBe("<cases></cases>");
  return cases.map(([, attribute, text]) => ({ attribute: unescaped(attribute!), text: unescaped(text!) }));
}

/** Canonical XML, section 2.3: these references and no others. */
function unescaped(text: string): string {
  const named: Record<string, string> = {
    amp: "&",
    lt: "<",
    gt: ">",
    quot: '"',
    "#xD": "\r",
    "#xA": "\n",
    "#x9": "\t",
  };
  return text.replace(/&([^;]+);/g, (_, name: string) => named[name]!);
}

const body = compileBody("<case at='$payload.text'>$payload.text</case>", names(), "application/xml");

function rendered(text: string): string {
  return textOf(unwrap(renderBody(body, { variables: withText(text) })));
}

describe("a value in an XML template", () => {
  test("comes back from libxml2 as it was, in text and in attributes", async () => {
    const samples = fc.sample(anyText, { numRuns: 1500, seed: 3 });
    const texts = [...HOSTILE, ...samples].filter((text) => !NOT_XML.test(text));
    const read = await readBack(
      `<?xml version="1.0" encoding="UTF-8"?>\n<cases>${texts.map(rendered).join("")}</cases>`,
    );
    expect(read).toHaveLength(texts.length);
    expect(read.map(({ text }) => text)).toEqual(texts);
    expect(read.map(({ attribute }) => attribute)).toEqual(texts);
  });

  test.each(HOSTILE.filter((text) => NOT_XML.test(text)))("%j is refused: XML 1.0 cannot hold it", (text) => {
    const result = renderBody(body, { variables: withText(text) });
    expect(result).toMatchObject({ ok: false, problem: { code: "not-allowed", name: "payload.text" } });
    expect(JSON.stringify(result)).toMatch(/U\+(?:0000|0001|FFFE)/);
  });

  test("cannot end a section together with literal text around it", async () => {
    const around = compileBody('<case at="">]$payload.text]&gt;$payload.text&gt;</case>', names());
    for (const text of ["]", "]]", "", ">", "]]>"]) {
      const xml = textOf(unwrap(renderBody(around, { variables: withText(text) })));
      expect((await readBack(`<cases>${xml}</cases>`))[0]!.text).toBe(`]${text}]>${text}>`);
    }
    const raw = compileBody("<case at=''>a$payload.text></case>", names());
    const xml = textOf(unwrap(renderBody(raw, { variables: withText("]]") })));
    expect((await readBack(`<cases>${xml}</cases>`))[0]!.text).toBe("a]]>");
  });

  test("may be a number or a boolean, and nothing that has no obvious spelling", () => {
    const one = (value: null | number | boolean | string[]) =>
      renderBody(body, { variables: withText(value) });
    expect(textOf(unwrap(one(12)))).toBe("<case at='12'>12</case>");
    expect(textOf(unwrap(one(true)))).toBe("<case at='true'>true</case>");
    expect(one(null)).toMatchObject({ ok: false, problem: { code: "missing" } });
    expect(one(["a"])).toMatchObject({ ok: false, problem: { code: "wrong-type" } });
  });
});

describe("an XML template", () => {
  test.each([
    "<a/>",
    '<?xml version="1.0"?><a/>',
    "<?xml version='1.0' encoding='utf-8' standalone=\"yes\" ?>\n<!-- c --><?pi x?>\n<a b = \"1\" c='\"'>t<b/>&#x1F642;&amp;<![CDATA[<]]></a>\n<!-- end -->",
    '<s:Envelope xmlns:s="http://example.com/s"><s:Body>$payload.text</s:Body></s:Envelope>',
    "<Grüße ünd='1'>漢字</Grüße>",
  ])("%s is accepted by us and by libxml2", async (template) => {
    expect(() => compileBody(template, names(), "text/xml")).not.toThrow();
    const result = await validateXML({
      xml: { fileName: "a.xml", contents: template },
      normalization: "c14n",
    });
    expect(result.errors).toEqual([]);
  });

  test.each([
    ["<$payload.a/>", 2, "cannot stand in a tag"],
    ["<a$payload.a/>", 3, "cannot stand in a tag"],
    ["<a></$payload.a>", 6, "cannot stand in a tag"],
    ["<a $payload.a='1'/>", 4, "cannot stand in a tag"],
    ["<a b$payload.a='1'/>", 5, "cannot stand in a tag"],
    ["<a b=$payload.a/>", 6, "a quoted attribute value|cannot stand"],
    ["<a b='1'$payload.a/>", 9, "cannot stand in a tag"],
    ["<a xmlns='$payload.a'/>", 11, "cannot stand in a namespace"],
    ["<a xmlns:b='x$payload.a'/>", 14, "cannot stand in a namespace"],
    ["<a><!-- $payload.a --></a>", 9, "cannot stand in a comment"],
    ["<a><![CDATA[$payload.a]]></a>", 13, "cannot stand in a CDATA section"],
    ["<a><?x $payload.a?></a>", 8, "cannot stand in a processing instruction"],
    ["<?xml version='1.0' encoding='$payload.a'?><a/>", 31, "cannot stand in an XML declaration"],
    ["<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", 1, "no DTD"],
    ["<a><!ELEMENT b></a>", 4, "no DTD"],
    ["<a>&$payload.a;</a>", 4, "starts no reference"],
    ["<a>&#$payload.a;</a>", 4, "starts no reference"],
    ["<a>&nbsp;</a>", 4, "starts no reference"],
    ["<a>a & b</a>", 6, "starts no reference"],
    ["<a>&#0;</a>", 4, "cannot hold"],
    ["<a>&#xD800;</a>", 4, "cannot hold"],
    ["<a>&#x110000;</a>", 4, "cannot hold"],
    ["<a>\u0001</a>", 4, "cannot hold"],
    ["<a>x]]></a>", 7, "cannot stand in text"],
    ["<a>]]$payload.a></a>", 16, "cannot stand in text"],
    ["<a b='<'/>", 7, "cannot stand in an attribute value"],
    ["<a b='1' b='2'/>", 10, "has already"],
    ["<a b='1'c='2'/>", 9, 'expected ">"'],
    ["<a b/>", 5, 'expected "="'],
    ["<a><b></a></b>", 7, "expected </b>"],
    ["<a></a></b>", 8, "closes nothing"],
    ["<a>", 4, "<a> is not closed"],
    ["<a", 3, "the template ends"],
    ["<a/>$payload.a", 5, "cannot stand"],
    ["<a/>text", 5, "expected an element"],
    ["<a/><b/>", 5, "a second root"],
    ["<!-- a -- b --><a/>", 8, "inside a comment"],
    ["<!-- only -->", 14, "no element"],
    [" <?xml version='1.0'?><a/>", 2, "very start"],
    ["<?xml version='1.0' encoding='latin1'?><a/>", 1, "UTF-8"],
    ["<?xml version='1.1'?><a/>", 1, "expected <\\?xml"],
  ])("%s is refused in column %d", (template, column, problem) => {
    expect(() => compileBody(template, names(), "application/xml")).toThrow(
      expect.objectContaining({ line: 1, column, problem: expect.stringMatching(problem) }),
    );
  });

  test("is never accepted when libxml2 refuses it", async () => {
    const token = fc.constantFrom(
      "<a>",
      "</a>",
      "<b c='",
      "'/>",
      "]]>",
      "&amp;",
      "&",
      "<!--",
      "-->",
      "<![CDATA[",
      "x",
      " ",
      "\n",
      ">",
      "<",
      "/",
      "=",
      '"',
    );
    const samples = fc.sample(
      fc.array(token, { maxLength: 7 }).map((tokens) => `<a>${tokens.join("")}</a>`),
      { numRuns: 4000, seed: 5 },
    );
    const accepted = [...new Set(samples)].filter((template) => {
      try {
        compileBody(template, names(), "application/xml");
        return true;
      } catch {
        return false;
      }
    });
    expect(accepted.length).toBeGreaterThan(40);
    const result = await validateXML({
      xml: { fileName: "all.xml", contents: `<all>${accepted.join("")}</all>` },
      normalization: "c14n",
    });
    expect(result.errors).toEqual([]);
  });

  test("takes time in proportion to its length", () => {
    const many = "<b c='$payload.text'>$payload.text</b>".repeat(10_000);
    const compiled = compileBody(`<a>${many}</a>`, names());
    expect(compiled.pieces).toHaveLength(40_001);
    const brackets = `${"]".repeat(200_000)}a]]`;
    const filled = textOf(
      unwrap(renderBody(compileBody("<a>$payload.text</a>", names()), { variables: withText(brackets) })),
    );
    expect(filled).toBe(`<a>${brackets.slice(0, -2)}&#93;&#93;</a>`);
    expect(() => compileBody("<a>".repeat(100_000), names())).toThrow("not closed");
    expect(() => compileBody(`<a>${"&".repeat(100_000)}</a>`, names())).toThrow("reference");
  });
});
