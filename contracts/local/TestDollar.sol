// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC20} from "solady/tokens/ERC20.sol";

/// @title A stablecoin for local chains: 6 decimals, EIP-2612 permit, and anyone may mint
contract TestDollar is ERC20 {
    /// @notice This token is worth nothing, so it refuses to exist where somebody could take it for money.
    error OnlyLocalChains(uint256 chainId);

    constructor() {
        if (block.chainid != 31337 && block.chainid != 1337) revert OnlyLocalChains(block.chainid);
    }

    /// @notice Makes `amount` units (10^-6 dollars) out of nothing.
    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function name() public pure override returns (string memory) {
        return "Test Dollar";
    }

    function symbol() public pure override returns (string memory) {
        return "TUSD";
    }

    function decimals() public pure override returns (uint8) {
        return 6;
    }

    /// @dev No standing allowance for anyone: an approval here means what it says.
    function _givePermit2InfiniteAllowance() internal pure override returns (bool) {
        return false;
    }
}
