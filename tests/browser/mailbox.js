// A mail server (RFC 5321), and what a person reads of the messages that it was handed.

import { EventEmitter, once } from "node:events";
import { SMTPServer } from "smtp-server";

const PATIENCE = 20_000;

/** A message's plain text, which is the part that every mail program shows. */
function readText(raw) {
  const part = raw.split(/^--.*$/m).find((part) => /^content-type: text\/plain/im.test(part)) ?? raw;
  const [, head, body] = part.trimStart().match(/^([^]*?)\r?\n\r?\n([^]*)$/);
  const encoding = head.match(/^content-transfer-encoding: *(\S+)/im)?.[1].toLowerCase();
  if (encoding === "base64") return Buffer.from(body, "base64").toString();
  if (encoding !== "quoted-printable") return body;
  const octets = body.replace(/=\r?\n/g, "").replace(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(octets, "latin1").toString();
}

/** Accepts mail for everyone. */
export class Mailbox {
  #news = new EventEmitter();
  #messages = [];

  static async start() {
    const mailbox = new Mailbox();
    mailbox.smtp = new SMTPServer({
      authOptional: true,
      disabledCommands: ["STARTTLS"],
      disableReverseLookup: true,
      onData: (stream, session, done) => mailbox.#receive(stream, session).then(() => done(), done),
    });
    mailbox.smtp.listen(0, "127.0.0.1");
    await once(mailbox.smtp.server, "listening");
    mailbox.port = mailbox.smtp.server.address().port;
    return mailbox;
  }

  async #receive(stream, session) {
    const raw = Buffer.concat(await stream.toArray()).toString();
    const subject = raw.match(/^subject: *(.*(?:\r?\n[ \t].*)*)/im)[1].replace(/\r?\n/g, "");
    this.#messages.push({ to: session.envelope.rcptTo.map(({ address }) => address), subject, text: readText(raw) });
    this.#news.emit("message");
  }

  /** The first message to someone about something that was not taken yet; waits for it if it has to. */
  async take(to, subject) {
    const signal = AbortSignal.timeout(PATIENCE);
    for (;;) {
      const at = this.#messages.findIndex((message) => message.to.includes(to) && message.subject.includes(subject));
      if (at >= 0) return this.#messages.splice(at, 1)[0];
      await once(this.#news, "message", { signal }).catch((cause) => {
        const there = this.#messages.map((message) => `${message.subject} (${message.to})`);
        throw new Error(`no message "${subject}" came for ${to}; there are: ${there}`, { cause });
      });
    }
  }

  stop() {
    return new Promise((resolve) => this.smtp.close(resolve));
  }
}
