// Builds the plain tree of amounts with @openzeppelin/merkle-tree, and prints the seconds it took:
//     node plain_tree.mjs amounts.csv
import { readFileSync } from "node:fs";
import { StandardMerkleTree } from "@openzeppelin/merkle-tree";

const lines = readFileSync(process.argv[2], "utf8").trimEnd().split("\n").slice(1);
const values = lines.map((line) => line.split(","));
const begun = performance.now();
const tree = StandardMerkleTree.of(values, ["address", "uint256"]);
const seconds = (performance.now() - begun) / 1000;
if (tree.length !== values.length) throw new Error("the tree has not all leaves");
console.log(seconds);
