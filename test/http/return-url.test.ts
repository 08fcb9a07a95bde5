import { describe, expect, it } from 'vitest';
import { checkReturnUrl } from '../../src/http/return-url.js';

const APP = 'https://shop.example';

describe('accepted', () => {
  it.each([
    ['https://shop.example', 'https://shop.example/'],
    ['https://shop.example/', 'https://shop.example/'],
    ['https://shop.example/thanks?order=1#top', 'https://shop.example/thanks?order=1#top'],
    ['HTTPS://SHOP.example/thanks', 'https://shop.example/thanks'],
    ['https://shop.example:443/thanks', 'https://shop.example/thanks'],
    ['/', 'https://shop.example/'],
    ['/thanks', 'https://shop.example/thanks'],
    ['/thanks?next=%2Fhome&x=a@b', 'https://shop.example/thanks?next=%2Fhome&x=a@b'],
    ['/a/../b', 'https://shop.example/b'],
    ['/caf%C3%A9', 'https://shop.example/caf%C3%A9'],
    ['/?to=https://evil.example', 'https://shop.example/?to=https://evil.example'],
  ])('%s', (input, url) => {
    expect(checkReturnUrl(input, APP)).toEqual({ ok: true, url });
  });

  it('a port that is part of the app’s origin', () => {
    expect(checkReturnUrl('http://localhost:3000/x', 'http://localhost:3000')).toMatchObject({ ok: true });
  });
});

describe('refused', () => {
  it.each([
    '',
    ' ',
    '//evil.example',
    '///evil.example',
    '////evil.example',
    '//shop.example',
    '/\\evil.example',
    '\\\\evil.example',
    'https:\\\\evil.example',
    'https://shop.example\\@evil.example',
    'https:evil.example',
    'https:/evil.example',
    'https:///evil.example',
    'https:shop.example',
    'http://shop.example/',
    'https://evil.example',
    'https://evil.example/shop.example',
    'https://evil.example?https://shop.example',
    'https://evil.example#https://shop.example',
    'https://shop.example.evil.example',
    'https://evilshop.example',
    'https://sub.shop.example',
    'https://shop.example.',
    'https://shop.example:8443/',
    'https://shop.example:80/',
    'https://shop.example@evil.example',
    'https://user:password@shop.example/',
    'https://user@shop.example/',
    'https://@shop.example/',
    'https://shop.example%2eevil.example',
    'https://shop.example%00.evil.example',
    'https://shop.example%40evil.example',
    'https://shоp.example/',
    'https://xn--shp-fed.example/',
    'https://shop。example/',
    'https://ｓhop.example/',
    'javascript:alert(1)',
    'JaVaScRiPt:alert(1)',
    'javascript://shop.example/%0aalert(1)',
    'java\nscript:alert(1)',
    'data:text/html,<script>alert(1)</script>',
    'blob:https://shop.example/1',
    'file:///etc/passwd',
    'ftp://shop.example/',
    'ws://shop.example/',
    'mailto:a@shop.example',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]/',
    'http://127.0.0.1/',
    '/thanks\r\nSet-Cookie: a=b',
    '/thanks%0d%0aSet-Cookie:%20a=b',
    '/thanks\t',
    ' https://shop.example/',
    'https://shop.example/ x',
    '/thanks\0',
    '/%00',
    '/%2f%2fevil.example',
    '/%5cevil.example',
    '/..//evil.example',
    '/.//evil.example',
    'https://shop.example//evil.example',
    'thanks',
    '?thanks',
    '#thanks',
    '../thanks',
    '/名',
    `/${'x'.repeat(2048)}`,
    undefined,
    null,
    7,
    ['/thanks'],
    { toString: () => '/thanks' },
  ])('%j', (input) => {
    const result = checkReturnUrl(input, APP);
    expect(result).toEqual({ ok: false, reason: expect.stringMatching(/\w/) as string });
  });
});
