'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { slug } = require('../slug.js');

test('nothing but signs', () => {
  assert.strictEqual(slug('?!'), '');
});

test('digits stay', () => {
  assert.strictEqual(slug('  Über 9,000! '), 'uber-9-000');
});
