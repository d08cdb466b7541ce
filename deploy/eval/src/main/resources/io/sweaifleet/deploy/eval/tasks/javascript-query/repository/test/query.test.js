'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { parse } = require('../query.js');

test('plain', () => {
  assert.deepStrictEqual(parse('?a=1&b=2'), { a: '1', b: '2' });
});

test('decodes', () => {
  assert.deepStrictEqual(parse('q=a%20b'), { q: 'a b' });
});

test('more than once', () => {
  assert.deepStrictEqual(parse('a=1&a=2'), { a: ['1', '2'] });
});
