// Asks the searcher of the site as a page of it does, without a browser. Prints the numbers of the items of the
// index that it finds, for each query. usage: search.js SEARCHER INDEX QUERY...
"use strict";
const fs = require("fs");
const vm = require("vm");

const [searcher, index, ...queries] = process.argv.slice(2);
const found = [];

// as a page does that is asked: of each query anew, as the searcher writes into it
const asked = (input) => ({
  input,
  filter: {
    input: { type: "operator", data: { operator: "and", operands: [] } },
    aggregation: { input: [{ type: "term", data: { field: "tags" } }] },
  },
});

globalThis.self = {
  postMessage(told) {
    if (told.type === 4) throw new Error("the searcher has failed");
    if (told.type === 3) found.push(told.data.items.map((item) => item.id));
    if (found.length < queries.length) self.onmessage({ data: { type: 2, data: asked(queries[found.length]) } });
    else console.log(JSON.stringify(found));
  },
};
vm.runInThisContext(fs.readFileSync(searcher, "utf8"), { filename: searcher });
self.onmessage({ data: { type: 0, data: JSON.parse(fs.readFileSync(index, "utf8")) } });
