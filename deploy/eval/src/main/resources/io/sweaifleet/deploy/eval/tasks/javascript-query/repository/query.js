'use strict';

/** The parameters of a query string; one that comes more than once is an array. */
function parse(query) {
  const found = {};
  for (const pair of query.replace(/^\?/, '').split('&')) {
    if (pair === '') {
      continue;
    }
    const [name, value] = pair.split('=');
    found[name] = value;
  }
  return found;
}

module.exports = { parse };
