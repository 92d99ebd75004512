/**
 * Whether a client that sends this Accept-Encoding is better given gzip (RFC 9110, 12.5.3): it must not say no to it,
 * and must not like the plain text better.
 */
export function acceptsGzip(header: string | undefined): boolean {
  if (header === undefined) return false;
  const weights = new Map<string, number>();
  for (const item of header.split(",")) {
    const [coding = "", ...parameters] = item.split(";").map((part) => part.trim().toLowerCase());
    const quality = parameters.find((parameter) => parameter.startsWith("q="));
    weights.set(coding === "x-gzip" ? "gzip" : coding, quality === undefined ? 1 : Number(quality.slice(2)));
  }
  const gzip = weights.get("gzip") ?? weights.get("*") ?? 0;
  const identity = weights.get("identity") ?? 0;
  return gzip > 0 && gzip >= identity;
}
