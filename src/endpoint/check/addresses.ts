import { BlockList, isIP } from "node:net";

/** What keeps an address from being reached from elsewhere, in words that follow "it is"; "" for a public one. */
export type AddressKind =
  | ""
  | "a loopback address"
  | "a private address"
  | "a link-local address"
  | "an address of a provider's own network"
  | "a unique local address"
  | "an unspecified address"
  | "a multicast address"
  | "a reserved address";

/** IANA's registries of special-purpose addresses (RFC 6890 and its successors). */
const NETS: readonly (readonly [kind: AddressKind, nets: string])[] = [
  ["a loopback address", "127.0.0.0/8 ::1/128"],
  ["a private address", "10.0.0.0/8 172.16.0.0/12 192.168.0.0/16"],
  ["a link-local address", "169.254.0.0/16 fe80::/10"],
  ["an address of a provider's own network", "100.64.0.0/10"],
  ["a unique local address", "fc00::/7"],
  ["an unspecified address", "0.0.0.0/8 ::/128"],
  ["a multicast address", "224.0.0.0/4 ff00::/8"],
  [
    "a reserved address",
    "192.0.0.0/24 192.0.2.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 240.0.0.0/4 " +
      "100::/64 2001:db8::/32 3fff::/20 5f00::/16 fec0::/10",
  ],
];

const lists = NETS.map(([kind, nets]) => {
  const list = new BlockList();
  for (const net of nets.split(" ")) {
    const [address = "", prefix] = net.split("/");
    list.addSubnet(address, Number(prefix), isIP(address) === 4 ? "ipv4" : "ipv6");
  }
  return { kind, list };
});

/** IPv6 addresses that stand for an IPv4 address, and in which of their eight groups it begins. */
const EMBEDDINGS: readonly (readonly [start: RegExp, group: number])[] = [
  [/^0:0:0:0:0:ffff:/, 6], // IPv4-mapped
  [/^0:0:0:0:0:0:(?!0:[01]$)/, 6], // IPv4-compatible
  [/^64:ff9b:0:0:0:0:/, 6], // NAT64 (RFC 6052)
  [/^2002:/, 1], // 6to4
];

/**
 * What kind of address it is. An IPv6 address that stands for an IPv4 address (mapped, NAT64, 6to4) is of that one's kind.
 *
 * @param address  As Node gives it, without brackets; a zone (`%eth0`) does not matter.
 */
export function addressKind(address: string): AddressKind {
  const bare = address.replace(/%.*$/, "");
  const version = isIP(bare);
  if (version === 0) return "";
  const inner = version === 6 ? embedded(bare) : undefined;
  if (inner !== undefined) return addressKind(inner);
  const family = version === 4 ? "ipv4" : "ipv6";
  return lists.find(({ list }) => list.check(bare, family))?.kind ?? "";
}

function embedded(address: string): string | undefined {
  const groups = groupsOf(address);
  const text = groups.map((group) => group.toString(16)).join(":");
  const at = EMBEDDINGS.find(([start]) => start.test(text))?.[1];
  if (at === undefined) return undefined;
  const [high = 0, low = 0] = groups.slice(at);
  return [high >> 8, high & 255, low >> 8, low & 255].join(".");
}

/** The eight groups of an IPv6 address. */
function groupsOf(address: string): number[] {
  // The URL parser writes the last two groups as such, also where they are spelled as IPv4.
  const plain = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [head = "", tail] = plain.split("::");
  const read = (part: string) =>
    part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16));
  if (tail === undefined) return read(head);
  const [first, last] = [read(head), read(tail)];
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

/** Top-level names that only a local network or nothing at all answers to (RFC 6761, 6762, 8375, 9476; ICANN 2024). */
const LOCAL = /(?:^|\.)(?:localhost|local|internal|intranet|lan|home\.arpa|test|example|invalid|onion)$/;

/** Whether a host name can mean something only inside one network. Literal addresses are not asked. */
export function isLocalName(host: string): boolean {
  const name = host.replace(/\.$/, "");
  return isIP(name) === 0 && !name.startsWith("[") && (!name.includes(".") || LOCAL.test(name));
}
