// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ERC20} from "solady/tokens/ERC20.sol";

/// @title An ERC-20 that calls out in the middle of a transfer
/// @notice Once armed, the next transfer or permit makes one call of the tester's choice *before* any balance moves:
/// the worst moment for a contract that counts money. For tests alone.
contract HookedToken is ERC20 {
    address private _target;
    bytes private _call;

    /// @notice Whether the armed call was made, whether it went through, and what it gave back.
    bool public acted;
    bool public succeeded;
    bytes public answer;

    function arm(address target, bytes calldata data) external {
        (_target, _call, acted) = (target, data, false);
    }

    function mint(address to, uint256 amount) external {
        _mint(to, amount);
    }

    function permit(address, address, uint256, uint256, uint8, bytes32, bytes32) public override {
        _act();
    }

    /// @dev EIP-3009 without a signature.
    function receiveWithAuthorization(
        address from,
        address to,
        uint256 value,
        uint256,
        uint256,
        bytes32,
        uint8,
        bytes32,
        bytes32
    ) external {
        _transfer(from, to, value);
    }

    function name() public pure override returns (string memory) {
        return "Hooked";
    }

    function symbol() public pure override returns (string memory) {
        return "HOOK";
    }

    function _beforeTokenTransfer(address from, address, uint256) internal override {
        if (from != address(0)) _act();
    }

    function _act() private {
        address target = _target;
        if (target == address(0)) return;
        _target = address(0);
        acted = true;
        (succeeded, answer) = target.call(_call);
    }
}
