import { stripVTControlCharacters } from 'node:util';
import { describe, expect, it } from 'vitest';
import { createLogger, redact, terminalLines } from '../src/log.js';

function linesOf(use: (log: ReturnType<typeof createLogger>) => void, level = 'info'): unknown[] {
  const lines: unknown[] = [];
  use(createLogger(level, { write: (line) => void lines.push(JSON.parse(line)) }));
  return lines;
}

describe('the log', () => {
  it('is one JSON object per line, with level and time', () => {
    const [line] = linesOf((log) => log.info({ port: 3000 }, 'listening'));
    expect(line).toEqual({
      level: 'info',
      time: expect.stringMatching(/^\d{4}-.*Z$/) as string,
      port: 3000,
      msg: 'listening',
    });
  });

  it('omits entries below its level', () => {
    expect(linesOf((log) => log.info('hello'), 'warn')).toEqual([]);
  });

  it('redacts personal data, card data and secrets at any depth and in any spelling', () => {
    const payment = {
      id: 'pay_1',
      customer: { customer_id: 'cus_1', email: 'ada@example.com', phone_number: '+1' },
      card_last_four: '4242',
      cardNetwork: 'visa',
      client_secret: 'cs_1',
      payment_link: 'https://pay.example',
      attempts: [{ headers: { Authorization: 'Bearer key', 'webhook-signature': 'v1,x' }, token: null }],
    };
    const [line] = linesOf((log) => log.child({ token: 'tok_1' }).info({ payment }, 'paid'));
    expect(line).toMatchObject({
      token: '[redacted]',
      payment: {
        id: 'pay_1',
        customer: { customer_id: 'cus_1', email: '[redacted]', phone_number: '[redacted]' },
        card_last_four: '[redacted]',
        cardNetwork: '[redacted]',
        client_secret: '[redacted]',
        payment_link: '[redacted]',
        attempts: [
          { headers: { Authorization: '[redacted]', 'webhook-signature': '[redacted]' }, token: null },
        ],
      },
    });
  });

  it("also blanks an error's fields, and keeps its stack", () => {
    const error = Object.assign(new Error('charge failed'), { body: { email: 'ada@example.com' } });
    const [line] = linesOf((log) => log.error({ err: error }, 'no charge'));
    expect(line).toMatchObject({
      err: {
        message: 'charge failed',
        body: { email: '[redacted]' },
        stack: expect.stringContaining('log.test') as string,
      },
    });
  });

  it('accepts an error without a message', () => {
    expect(linesOf((log) => log.error(new Error('boom')))).toMatchObject([
      { msg: 'boom', err: { message: 'boom' } },
    ]);
  });

  it('survives circular values', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop.self = loop;
    expect(linesOf((log) => log.info({ loop }, 'round'))).toHaveLength(1);
    expect(redact(new Date(0))).toEqual(new Date(0));
  });

  describe('on a terminal', () => {
    const line =
      '{"level":"warn","time":"2030-01-01T10:20:30.000Z","port":3000,"why":"busy","msg":"waiting"}\n';

    function written(text: string, load?: (name: string) => unknown): string {
      const texts: string[] = [];
      terminalLines({ write: (each) => texts.push(each) }, load).write(text);
      return stripVTControlCharacters(texts.join(''));
    }

    it('is readable, one entry per line', () => {
      expect(written(line)).toBe('[10:20:30] WARN: waiting {"port":3000,"why":"busy"}\n');
    });

    it('shows the stack of an error', () => {
      const error =
        '{"level":"error","err":{"message":"boom","stack":"Error: boom\\n    at x"},"msg":"failed"}\n';
      expect(written(error)).toMatch(/^ERROR: failed *\n[^]*Error: boom\n\s+at x\n/);
    });

    it('stays JSON where development dependencies are not installed', () => {
      const missing = Object.assign(new Error('Cannot find module'), { code: 'MODULE_NOT_FOUND' });
      const load = () => {
        throw missing;
      };
      expect(written(line, load)).toBe(line);
    });
  });
});

describe('secrets and personal data in texts', () => {
  it.each([
    ['no customer ada.lovelace+x@mail.example.com here', 'no customer [e-mail] here'],
    ['Bearer abcdefghijklmnop.qrst', 'Bearer [redacted]'],
    ['postgres://anna:hunter2@db/ledger', 'postgres://anna:[redacted]@db/ledger'],
    ['key dodo_live_abc123 refused', 'key [redacted] refused'],
    ['whsec_c2VjcmV0', '[redacted]'],
    ['eyJhbGciOiJIUzI1NiJ9.eyJwcnMiOiJwcnNfMSJ9.c2ln', '[redacted]'],
    ['purchase/pay_1:pro:1 at 2026-11-22T12:00:00.000Z', 'purchase/pay_1:pro:1 at 2026-11-22T12:00:00.000Z'],
  ])('are blanked wherever they stand: %s', (said, expected) => {
    const lines: string[] = [];
    const log = createLogger('info', { write: (line) => void lines.push(line) });
    log.warn({ failure: { said }, err: new Error(said) }, said);
    const line = JSON.parse(lines[0] ?? '') as {
      failure: { said: string };
      err: { message: string };
      msg: string;
    };
    expect([line.failure.said, line.err.message, line.msg]).toEqual([expected, expected, expected]);
  });
});
