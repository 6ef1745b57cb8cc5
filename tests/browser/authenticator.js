// An authenticator app: what it makes of a secret (RFC 4648 base 32, RFC 6238).

import { createHmac } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const STEP = 30_000;

/** One that scanned this secret; it never shows the same code twice, waiting for the next one if it has to. */
export class Authenticator {
  #key;
  #last = 0;

  constructor(secret) {
    const bits = [...secret.replace(/\s/g, "")].map((digit) => ALPHABET.indexOf(digit).toString(2).padStart(5, "0"));
    this.#key = Buffer.from(bits.join("").match(/.{8}/g).map((byte) => Number.parseInt(byte, 2)));
  }

  /** A code that was not shown before. The server forgives a step of skew: the next code is good already, not the one after. */
  async code() {
    const step = Math.max(Math.floor(Date.now() / STEP), this.#last + 1);
    this.#last = step;
    await sleep(Math.max(0, (step - 1) * STEP - Date.now()));
    const message = Buffer.alloc(8);
    message.writeBigUInt64BE(BigInt(step));
    const mac = createHmac("sha1", this.#key).update(message).digest();
    const at = mac[19] & 15;
    return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
  }
}
