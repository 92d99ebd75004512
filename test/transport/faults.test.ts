import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { classify, FAULTS, type FaultCode, fault, type SendState } from "../../src/transport/faults.ts";

const unsent: SendState = {
  isWritten: false,
  hasHead: false,
  isReused: false,
  isSilent: true,
  sinceWrittenMs: 0,
};
const sent: SendState = { ...unsent, isWritten: true };

function failure(code: string, message = "canary"): Error {
  return Object.assign(new Error(message), { code });
}

describe("before anything is sent, a fault", () => {
  test.each([
    ["ECONNREFUSED", "connection-refused"],
    ["ENOTFOUND", "name-not-found"],
    ["EAI_AGAIN", "name-lookup-failed"],
    ["ETIMEDOUT", "connect-timeout"],
    ["UND_ERR_CONNECT_TIMEOUT", "connect-timeout"],
    ["EHOSTUNREACH", "unreachable"],
    ["ENETUNREACH", "unreachable"],
    ["EMFILE", "no-sockets"],
    ["EADDRNOTAVAIL", "no-sockets"],
    ["ECONNRESET", "connect-failed"],
    ["UND_ERR_SOCKET", "connect-failed"],
    ["CERT_HAS_EXPIRED", "tls-expired"],
    ["CERT_REVOKED", "tls-bad-certificate"],
    ["ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION", "tls-old-protocol"],
    ["ERR_SSL_UNSUPPORTED_PROTOCOL", "tls-old-protocol"],
    ["ERR_SSL_WRONG_VERSION_NUMBER", "tls-not-spoken"],
    ["ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE", "tls-failed"],
    ["ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE", "tls-client-certificate"],
  ])("%s is %s, and certainly not sent", (code, expected) => {
    expect(classify(failure(code), unsent)).toBe(expected);
    expect(FAULTS[expected as FaultCode].certainty).toBe("not-sent");
  });

  test("is read out of OpenSSL's words where there is no code of its own", () => {
    expect(classify(failure("EPROTO", "error:0A00010B:SSL routines::wrong version number"), unsent)).toBe(
      "tls-not-spoken",
    );
    expect(classify(failure("EPROTO", "error:0A000102:SSL routines::unsupported protocol"), unsent)).toBe(
      "tls-old-protocol",
    );
  });
});

describe("after the request left, a fault", () => {
  test("of a kept connection is stale only when nothing came and it was quick", () => {
    const stale = { ...sent, isReused: true };
    for (const code of ["ECONNRESET", "EPIPE", "UND_ERR_SOCKET"]) {
      expect(classify(failure(code), stale)).toBe("stale-connection");
      expect(classify(failure(code), { ...stale, isReused: false })).not.toBe("stale-connection");
      expect(classify(failure(code), { ...stale, isSilent: false })).toBe("malformed-answer");
      expect(classify(failure(code), { ...stale, sinceWrittenMs: 5000 })).not.toBe("stale-connection");
      expect(classify(failure(code), { ...stale, hasHead: true })).toBe("body-cut");
    }
  });

  test("of TLS 1.3 over our certificate is certain: the server read nothing", () => {
    expect(classify(failure("ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED"), sent)).toBe(
      "tls-client-certificate",
    );
  });
});

test("whatever goes wrong has a class, and its words hold nothing of the error", () => {
  const states = fc.record({
    isWritten: fc.boolean(),
    hasHead: fc.boolean(),
    isReused: fc.boolean(),
    isSilent: fc.boolean(),
    sinceWrittenMs: fc.nat(),
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.anything(),
        fc.string().map((code) => failure(code)),
      ),
      states,
      (error, state) => {
        const code = classify(error, state);
        const told = fault(code, "staging.example.com:443", 1);
        expect(told.message).toBe(`staging.example.com:443 ${FAULTS[code].words}`);
        // What was not handed to a connection is never in doubt.
        if (!state.isWritten && FAULTS[code].certainty === "unknown") {
          expect(["send-failed", "header-overflow"]).toContain(code);
        }
      },
    ),
  );
});
