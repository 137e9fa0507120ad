// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";

// The contracts as the tests see them. The tests import interfaces and deploy by name, never the contracts' source:
// so the contracts are compiled as they ship, and the tests by the faster code generator.

interface IDeeds is IAssetRegistry, IERC721Metadata {}

interface ILicenses is ILicenseToken, IERC721Metadata {}

interface IDollar is IERC20Metadata, IERC20Permit {
    function mint(address to, uint256 amount) external;
}
