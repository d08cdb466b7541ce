'use strict';

/** A title as it may stand in a URL: lower case, words joined by single dashes. */
function slug(title) {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]/g, '-');
}

module.exports = { slug };
