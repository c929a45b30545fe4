// What the explorer's page takes from npm to compare two texts, loaded with the first comparison. scripts/build-explorer-library bundles it.
export { structuredPatch } from "diff";
