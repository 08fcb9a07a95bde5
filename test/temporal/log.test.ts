import { describe, expect, it } from 'vitest';
import { createLogger, readableLine, redact } from '../../src/log.js';

function linesOf(use: (log: ReturnType<typeof createLogger>) => void, level = 'info'): unknown[] {
  const lines: unknown[] = [];
  use(createLogger(level, { write: (line) => void lines.push(JSON.parse(line)) }));
  return lines;
}

describe('the log', () => {
  it('has one JSON object per line, with a level and a time', () => {
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

  it("redacts an error's fields as well, and keeps its stack", () => {
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

  it('accepts an error alone', () => {
    expect(linesOf((log) => log.error(new Error('boom')))).toMatchObject([
      { msg: 'boom', err: { message: 'boom' } },
    ]);
  });

  it('handles circular values', () => {
    const loop: Record<string, unknown> = { name: 'loop' };
    loop.self = loop;
    expect(linesOf((log) => log.info({ loop }, 'round'))).toHaveLength(1);
    expect(redact(new Date(0))).toEqual(new Date(0));
  });

  it('is readable on a terminal', () => {
    const line =
      '{"level":"warn","time":"2030-01-01T10:20:30.000Z","port":3000,"why":"busy","msg":"waiting"}';
    expect(readableLine(line)).toBe('10:20:30 WARN  waiting port=3000 why=busy\n');
  });
});
