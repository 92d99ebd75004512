import { lookup } from "node:dns/promises";
import { BlockList, isIP } from "node:net";
import { networkInterfaces } from "node:os";

/**
 * Whether a URL leads to a server of this machine at this port, however it spells the two. Names are looked up only
 * where the port is the same. Port 0, which is not known yet, is no URL's.
 *
 * @param host  What the server listens on.
 */
export async function leadsTo(url: URL, host: string, port: number): Promise<boolean> {
  const named = url.port === "" ? (url.protocol === "https:" ? 443 : 80) : Number(url.port);
  if (port === 0 || named !== port) return false;
  const name = url.hostname.replace(/^\[(.*)\]$/, "$1").replace(/\.$/, "");
  if (name === host || /(?:^|\.)localhost$/.test(name)) return true;
  const own = ownAddresses();
  const addresses = isIP(name) > 0 ? [name] : await addressesOf(name);
  // An IPv4 address in IPv6 spelling is found by the rules for IPv4.
  return addresses.some((address) => own.check(address, isIP(address) === 6 ? "ipv6" : "ipv4"));
}

async function addressesOf(name: string): Promise<string[]> {
  const found = await lookup(name, { all: true }).catch(() => []);
  return found.map(({ address }) => address);
}

/** Loopback, "any address", which connects to loopback, and those of the interfaces. */
function ownAddresses(): BlockList {
  const own = new BlockList();
  own.addSubnet("127.0.0.0", 8, "ipv4");
  own.addAddress("0.0.0.0", "ipv4");
  own.addAddress("::1", "ipv6");
  own.addAddress("::", "ipv6");
  for (const { address, family } of Object.values(networkInterfaces()).flatMap((one) => one ?? []))
    own.addAddress(address, family === "IPv6" ? "ipv6" : "ipv4");
  return own;
}
