// Pointing at a module shows what it imports and what imports it. The page says everything without this, too.
document.querySelectorAll("svg.map").forEach(function (map) {
  function look(node) {
    var id = node.getAttribute("data-node"), near = {};
    near[id] = true;
    map.querySelectorAll(".edge").forEach(function (edge) {
      var from = edge.getAttribute("data-from"), to = edge.getAttribute("data-to"), touches = from === id || to === id;
      edge.classList.toggle("near", touches);
      if (touches) { near[from] = true; near[to] = true; }
    });
    map.querySelectorAll(".node").forEach(function (other) {
      other.classList.toggle("near", Boolean(near[other.getAttribute("data-node")]));
    });
    map.classList.add("looking");
  }
  map.querySelectorAll(".node").forEach(function (node) {
    node.addEventListener("mouseenter", function () { look(node); });
    node.addEventListener("mouseleave", function () { map.classList.remove("looking"); });
  });
});
