// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC5267} from "@openzeppelin/contracts/interfaces/IERC5267.sol";
import {IERC20Metadata} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Metadata.sol";
import {IERC20Permit} from "@openzeppelin/contracts/token/ERC20/extensions/IERC20Permit.sol";
import {IERC721Metadata} from "@openzeppelin/contracts/token/ERC721/extensions/IERC721Metadata.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {IERC2981} from "contracts/interfaces/IERC2981.sol";
import {IERC3009} from "contracts/interfaces/IERC3009.sol";
import {IERC4906} from "contracts/interfaces/IERC4906.sol";
import {IERC5192} from "contracts/interfaces/IERC5192.sol";
import {IERC7572} from "contracts/interfaces/IERC7572.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";

// The contracts as the tests see them. The tests import interfaces and deploy by name, never the contracts' source:
// so the contracts are compiled as they ship, and the tests by the faster code generator.

interface IDeeds is IAssetRegistry, IERC721Metadata, IERC2981, IERC4906, IERC5267, IERC7572 {}

interface ILicenses is ILicenseToken, IERC721Metadata, IERC2981, IERC4906, IERC5192, IERC5267, IERC7572 {
    function sellApart(Order calldata order, address payer, uint256 available)
        external
        returns (bytes32 licenseId, uint256 spent);
}

interface IDollar is IERC20Metadata, IERC20Permit, IERC3009 {
    event AuthorizationUsed(address indexed authorizer, bytes32 indexed nonce);
    event AuthorizationCanceled(address indexed authorizer, bytes32 indexed nonce);

    error AuthorizationNotValidNow(uint256 validAfter, uint256 validBefore, uint256 timestamp);
    error AuthorizationSpent(address authorizer, bytes32 nonce);
    error AuthorizationSignatureInvalid(address authorizer);
    error AuthorizationNotForCaller(address caller, address receiver);

    function mint(address to, uint256 amount) external;

    function authorizationState(address authorizer, bytes32 nonce) external view returns (bool);

    function transferWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256 validAfter,
        uint256 validBefore,
        bytes32 nonce,
        uint8 v,
        bytes32 r,
        bytes32 s
    ) external;

    function cancelAuthorization(address authorizer, bytes32 nonce, uint8 v, bytes32 r, bytes32 s) external;
}
