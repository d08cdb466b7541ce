'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { Emitter } = require('../emitter.js');

test('a listener that removes itself skips none', () => {
  const seen = [];
  const emitter = new Emitter();
  const self = () => {
    seen.push('self');
    emitter.off('x', self);
  };
  emitter.on('x', self).on('x', () => seen.push('other'));
  emitter.emit('x');
  assert.deepStrictEqual(seen, ['self', 'other']);
});

test('tells whether anyone listened', () => {
  assert.strictEqual(new Emitter().emit('x'), false);
});
