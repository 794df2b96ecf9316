/** From stdin, spaces' descriptions and members; to stdout, samples of each space and what it says of the members. */

import { text } from "node:stream/consumers";

import { makeSpace } from "../../static/gymnasium.js";

const answers = JSON.parse(await text(process.stdin)).map(({ description, members }) => {
  const space = makeSpace(description);
  return {
    samples: members.map(() => space.sample()),
    contained: members.map((member) => space.contains(space.decode(member))),
  };
});
console.log(JSON.stringify(answers));
