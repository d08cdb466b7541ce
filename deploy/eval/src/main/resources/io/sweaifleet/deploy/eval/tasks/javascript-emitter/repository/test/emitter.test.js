'use strict';
const test = require('node:test');
const assert = require('node:assert');
const { Emitter } = require('../emitter.js');

test('calls every listener', () => {
  const seen = [];
  new Emitter().on('x', () => seen.push(1)).on('x', () => seen.push(2)).emit('x');
  assert.deepStrictEqual(seen, [1, 2]);
});

test('once does not skip the next', () => {
  const seen = [];
  const emitter = new Emitter().once('x', () => seen.push(1)).on('x', () => seen.push(2));
  emitter.emit('x');
  emitter.emit('x');
  assert.deepStrictEqual(seen, [1, 2, 2]);
});

test('off removes what once added', () => {
  const seen = [];
  const listener = () => seen.push(1);
  const emitter = new Emitter().once('x', listener);
  emitter.off('x', listener);
  emitter.emit('x');
  assert.deepStrictEqual(seen, []);
});
