import type { TlsSettings } from "../../trust/tls-options.ts";
import type { FaultCode } from "../faults.ts";
import type { Dial, LookUp } from "./dial.ts";

/** How far an exchange had got when it failed. */
export type Stage = "name" | "connection" | "tls" | "answer";

export interface InspectOptions {
  /** From the look-up to the last byte of the body; milliseconds. */
  readonly timeoutMs: number;
  /** For the look-up, for the connection and for TLS, each. */
  readonly connectTimeoutMs: number;
  readonly tls: TlsSettings;
  readonly signal: AbortSignal;
  /** Default: those of the system. */
  readonly lookUp?: LookUp;
  readonly dial?: Dial;
}

/** An address that did not answer although another of the same name may. */
export interface FailedAddress {
  readonly address: string;
  readonly code: FaultCode;
}

export interface ConnectionFacts {
  readonly address: string;
  readonly port: number;
  readonly durationMs: number;
  readonly failed: readonly FailedAddress[];
}

/** What a server's certificate says of itself; whoever made it chose the texts. */
export interface CertificateFacts {
  readonly subject: string;
  readonly issuer: string;
  /** `DNS:a.example, IP Address:192.0.2.1`, as Node words it; "" for none. */
  readonly names: string;
  /** Milliseconds since 1970. */
  readonly validFromMs: number;
  readonly validToMs: number;
  /** It names an address of its issuer's certificate (AIA), as those of public authorities do. */
  readonly namesIssuerUrl: boolean;
  /** The certificate of its issuer came with it, or is trusted here. */
  readonly hasIssuer: boolean;
}

export interface TlsFacts {
  /** "TLSv1.3" */
  readonly protocol: string;
  readonly certificate: CertificateFacts;
  readonly durationMs: number;
}

/** A failed exchange. `detail` is a word of our own or of the parser, never text of the server. */
export interface InspectFault {
  readonly stage: Stage;
  readonly code: FaultCode;
  readonly detail?: string;
}

export interface InspectedAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** "1.0" or "1.1" */
  readonly httpVersion: string;
  /** Statuses below 200 that came before, 100 aside. */
  readonly interim: readonly number[];
  /** From sending the request to the head of the answer. */
  readonly firstByteMs: number;
  /**
   * The body as it comes, to be read once; reading less than all ends the connection. Throws `BodyFault`.
   */
  readonly body: AsyncIterable<Uint8Array>;
  /** Asked after the body was read: whether bytes followed that belong to no answer. */
  hasExtraBytes(): boolean;
}

/** One exchange, looked at step by step; what was not reached is absent. */
export interface Inspection {
  /** As the system gives them; a literal address is its own. */
  readonly addresses?: readonly string[];
  readonly nameMs?: number;
  readonly connection?: ConnectionFacts;
  /** Also there when the certificate is what failed. */
  readonly tls?: TlsFacts;
  readonly fault?: InspectFault;
  readonly answer?: InspectedAnswer;
  /** Ends the connection. */
  close(): Promise<void>;
}

/** Why a body has no end. */
export class BodyFault extends Error {
  readonly code: FaultCode;
  readonly detail: string | undefined;

  constructor(code: FaultCode, detail?: string) {
    super(code);
    this.code = code;
    this.detail = detail;
  }
}
