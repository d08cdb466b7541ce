'use strict';

class Emitter {
  constructor() {
    this.listeners = new Map();
  }

  on(event, listener) {
    if (!this.listeners.has(event)) {
      this.listeners.set(event, []);
    }
    this.listeners.get(event).push(listener);
    return this;
  }

  once(event, listener) {
    const wrapper = (...values) => {
      this.off(event, wrapper);
      listener(...values);
    };
    return this.on(event, wrapper);
  }

  off(event, listener) {
    const all = this.listeners.get(event) || [];
    const at = all.indexOf(listener);
    if (at >= 0) {
      all.splice(at, 1);
    }
    return this;
  }

  emit(event, ...values) {
    const all = this.listeners.get(event) || [];
    all.forEach((listener) => listener(...values));
    return all.length > 0;
  }
}

module.exports = { Emitter };
