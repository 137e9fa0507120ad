// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

/// @title A contract account that does what anyone tells it
/// @notice Holds deeds, signs by EIP-1271, receives tokens and native coin, and, once armed, makes one call of its own
/// in the middle of whatever reaches it. For tests alone.
contract Puppet {
    /// @notice How the account answers when it is asked for a signature.
    enum Signing {
        Honest,
        AnswersAnotherWord,
        AnswersNothing,
        Refuses
    }

    Signing public signing;
    mapping(bytes32 digest => bool) public signed;

    address private _target;
    bytes private _call;

    /// @notice Whether the armed call was made, whether it went through, and what it gave back.
    bool public acted;
    bool public succeeded;
    bytes public answer;

    receive() external payable {
        act();
    }

    function sign(bytes32 digest) external {
        signed[digest] = true;
    }

    function setSigning(Signing signing_) external {
        signing = signing_;
    }

    function arm(address target, bytes calldata data) external {
        (_target, _call, acted) = (target, data, false);
    }

    /// @notice Makes the armed call, once; its failure is noted, not passed on.
    function act() public {
        address target = _target;
        if (target == address(0)) return;
        _target = address(0);
        acted = true;
        (succeeded, answer) = target.call(_call);
    }

    function execute(address target, uint256 value, bytes calldata data) external payable returns (bytes memory) {
        (bool ok, bytes memory result) = target.call{value: value}(data);
        if (ok) return result;
        assembly ("memory-safe") {
            revert(add(result, 0x20), mload(result))
        }
    }

    function isValidSignature(bytes32 digest, bytes calldata) external view returns (bytes4) {
        if (signing == Signing.Refuses) revert("no signature from me");
        if (signing == Signing.AnswersAnotherWord) return 0xffffffff;
        if (signing == Signing.AnswersNothing) {
            assembly {
                return(0, 0)
            }
        }
        return signed[digest] ? this.isValidSignature.selector : bytes4(0xffffffff);
    }

    function onERC721Received(address, address, uint256, bytes calldata) external returns (bytes4) {
        act();
        return this.onERC721Received.selector;
    }
}
