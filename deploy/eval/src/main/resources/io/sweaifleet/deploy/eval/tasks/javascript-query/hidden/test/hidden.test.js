'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { parse } = require('../query.js');

test('plus is a blank', () => {
  assert.deepStrictEqual(parse('q=a+b'), { q: 'a b' });
});

test('an equals sign in the value', () => {
  assert.deepStrictEqual(parse('q=a=b'), { q: 'a=b' });
});

test('no value', () => {
  assert.deepStrictEqual(parse('flag'), { flag: '' });
});

test('three times', () => {
  assert.deepStrictEqual(parse('a=1&a=2&a=3'), { a: ['1', '2', '3'] });
});
