import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { addressKind, isLocalName } from "../../../src/endpoint/check/addresses.ts";

describe("an address", () => {
  test.each([
    ["127.0.0.1", "a loopback address"],
    ["127.255.255.254", "a loopback address"],
    ["::1", "a loopback address"],
    ["10.1.2.3", "a private address"],
    ["172.16.0.1", "a private address"],
    ["172.31.255.255", "a private address"],
    ["192.168.178.1", "a private address"],
    ["169.254.169.254", "a link-local address"],
    ["fe80::1%eth0", "a link-local address"],
    ["100.64.0.1", "an address of a provider's own network"],
    ["100.127.255.255", "an address of a provider's own network"],
    ["fd12:3456::1", "a unique local address"],
    ["0.0.0.0", "an unspecified address"],
    ["::", "an unspecified address"],
    ["224.0.0.1", "a multicast address"],
    ["ff02::1", "a multicast address"],
    ["203.0.113.9", "a reserved address"],
    ["255.255.255.255", "a reserved address"],
    ["2001:db8::1", "a reserved address"],
    ["8.8.8.8", ""],
    ["172.15.0.1", ""],
    ["172.32.0.1", ""],
    ["100.63.0.1", ""],
    ["100.128.0.1", ""],
    ["2606:4700:4700::1111", ""],
    ["::ffff:8.8.8.8", ""],
    ["64:ff9b::808:808", ""],
  ])("%s is %s", (address, kind) => {
    expect(addressKind(address)).toBe(kind);
  });

  test("that stands for an IPv4 address is of that one's kind, in every spelling", () => {
    const octet = fc.integer({ min: 0, max: 255 });
    fc.assert(
      fc.property(fc.tuple(octet, octet, octet, octet), ([a, b, c, d]) => {
        const plain = `${a}.${b}.${c}.${d}`;
        const kind = addressKind(plain);
        const hex = `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
        for (const spelling of [`::ffff:${plain}`, `::ffff:${hex}`, `64:ff9b::${hex}`, `2002:${hex}::1`]) {
          expect(addressKind(spelling), spelling).toBe(kind);
        }
      }),
    );
  });
});

describe("a host name", () => {
  test.each([
    "localhost",
    "nas",
    "printer.local",
    "wiki.internal",
    "a.home.arpa",
    "shop.test",
    "LOCALHOST.".toLowerCase(),
  ])("such as %s is local", (host) => {
    expect(isLocalName(host)).toBe(true);
  });

  test.each(["support.example.com", "company.com.", "127.0.0.1", "[::1]", "local.company.com"])(
    "such as %s is not",
    (host) => {
      expect(isLocalName(host)).toBe(false);
    },
  );
});
