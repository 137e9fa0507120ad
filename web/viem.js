// What the scripts use of viem/utils, file by file: its index leads to code that is loaded on demand, which a
// bundler that splits has to keep whole.
export { decodeAbiParameters } from "../node_modules/viem/_esm/utils/abi/decodeAbiParameters.js";
export { decodeFunctionResult } from "../node_modules/viem/_esm/utils/abi/decodeFunctionResult.js";
export { encodeAbiParameters } from "../node_modules/viem/_esm/utils/abi/encodeAbiParameters.js";
export { getAddress } from "../node_modules/viem/_esm/utils/address/getAddress.js";
export { encodeFunctionData } from "../node_modules/viem/_esm/utils/abi/encodeFunctionData.js";
export { toHex } from "../node_modules/viem/_esm/utils/encoding/toHex.js";
export { keccak256 } from "../node_modules/viem/_esm/utils/hash/keccak256.js";
export { hashStruct, hashTypedData } from "../node_modules/viem/_esm/utils/signature/hashTypedData.js";
export { formatUnits } from "../node_modules/viem/_esm/utils/unit/formatUnits.js";
