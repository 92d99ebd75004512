import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** The test certificates; what each one is stands in certs/README.md. */
export type TestCertificate =
  | "server"
  | "expired"
  | "not-yet-valid"
  | "wrong-name"
  | "self-signed"
  | "unknown-root"
  | "client"
  | "incomplete-chain";

/** Path of a file among the test certificates, for options that take one. */
export function certificatePath(
  name: `${TestCertificate}.pem` | `${TestCertificate}.key` | "ca.pem",
): string {
  return fileURLToPath(new URL(`certs/${name}`, import.meta.url));
}

/** Certificate and key in PEM form, as a TLS server or client takes them. */
export function identityOf(name: TestCertificate): { readonly cert: string; readonly key: string } {
  const read = (file: Parameters<typeof certificatePath>[0]) => readFileSync(certificatePath(file), "utf8");
  return { cert: read(`${name}.pem`), key: read(`${name}.key`) };
}

/** The authority that tests trust, in PEM form. */
export function testAuthority(): string {
  return readFileSync(certificatePath("ca.pem"), "utf8");
}
