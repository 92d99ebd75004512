import { describe, expect, test } from "vitest";
import { isSecretParameter, maskedNonUrl, maskedUrl } from "../../src/trust/secret-names.ts";

describe("a parameter of a URL", () => {
  test.each(["key", "KEY", "api_key", "%74oken", "tok%65n", "%6B%65%79", "access%5Ftoken", "%zztoken"])(
    "%s is a secret",
    (name) => {
      expect(isSecretParameter(name)).toBe(true);
      expect(
        maskedUrl(new URL(`https://a.example/x?b=1&${name}=canary&c=2`)).endsWith(`${name}=***&c=2`),
      ).toBe(true);
    },
  );

  test.each(["keyword", "monkey", "keys", "startDate", "author"])("%s is none", (name) => {
    const url = `https://a.example/x?${name}=shown`;
    expect(maskedUrl(new URL(url))).toBe(url);
  });
});

test.each([
  ["https://exa mple.invalid/x?token=canary", "https://exa mple.invalid/x?***"],
  ["https://u:pa/canary@host:bad/", "https://***@host:bad/"],
  ["https://u:pa?canary@host:bad/", "https://***@host:bad/"],
  ["https://u:p@canary@host:bad/#canary", "https://***@host:bad/#***"],
  ["https:/u:canary@host:bad/?a#canary", "https:/***@host:bad/?***"],
  ["user:canary@host/x", "***@host/x"],
  ["support.example.com/endpoint.json", "support.example.com/endpoint.json"],
])("of %s, which is no URL, nothing secret is shown", (text, shown) => {
  expect(maskedNonUrl(text)).toBe(shown);
});
