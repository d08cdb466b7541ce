'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { slug } = require('../slug.js');

test('lower case and dashes', () => {
  assert.strictEqual(slug('Hello World'), 'hello-world');
});

test('one dash for many signs', () => {
  assert.strictEqual(slug('a -- b'), 'a-b');
});

test('no dash at the ends', () => {
  assert.strictEqual(slug('(What?)'), 'what');
});

test('accents', () => {
  assert.strictEqual(slug('Crème brûlée'), 'creme-brulee');
});
