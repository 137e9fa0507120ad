// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";

import {Base} from "./Base.t.sol";
import {Split} from "./helpers/Split.sol";

/// @dev Attacks on the tree: by whoever builds it, and by whoever claims from it.
contract SumTreeTest is Base {
    using Split for IRoyaltyVault.Node;

    // ---- dishonest builders ----

    /// @dev Two payees with 60 of 100 each: the path adds up to 120, and that root is another vault's.
    function test_RevertWhen_TheTotalIsLessThanItsParts() public {
        IRoyaltyVault.Node memory a = Split.leaf(artist, 60);
        IRoyaltyVault.Node memory b = Split.leaf(stranger, 60);
        IRoyaltyVault.Node memory whole = Split.inner(a, b);
        whole.sum = 100;
        IRoyaltyVault vault = funded(whole.top());
        refuse(vault, only(artist, 60, b, 0));
        refuse(vault, only(stranger, 60, a, 1));
        b.sum = 40; // and with a sum that would fit
        refuse(vault, only(artist, 60, b, 0));
    }

    /// @dev The parent says 40 of a child that has 60: that child's payee gets nothing, the other no more than 60 %.
    function test_AnUnderstatedChildIsLeftOut() public {
        IRoyaltyVault.Node memory a = Split.leaf(artist, 60);
        IRoyaltyVault.Node memory b = Split.leaf(stranger, 60);
        b.sum = 40;
        IRoyaltyVault vault = funded(Split.inner(a, b).top());
        refuse(vault, only(stranger, 60, a, 1));
        refuse(vault, only(stranger, 40, a, 1));
        assertEq(vault.claim(address(dollar), only(artist, 60, b, 0)), 600);
        assertEq(dollar.balanceOf(address(vault)), 400);
    }

    /// @dev Deeper down: an inner node whose sum is less than its children's pays neither of them.
    function test_AnUnderstatedSubtreeIsLeftOut() public {
        IRoyaltyVault.Node memory a = Split.leaf(artist, 50);
        IRoyaltyVault.Node memory b = Split.leaf(stranger, 50);
        IRoyaltyVault.Node memory ab = Split.inner(a, b);
        IRoyaltyVault.Node memory c = Split.leaf(licensor, 10);
        IRoyaltyVault.Node memory lie = IRoyaltyVault.Node(ab.hash, 10);
        IRoyaltyVault vault = funded(Split.inner(lie, c).top());
        refuse(vault, path(artist, 50, b, c, 0));
        refuse(vault, path(stranger, 50, a, c, 1));
        assertEq(vault.claim(address(dollar), only(licensor, 10, lie, 1)), 500);
    }

    /// @dev One payee on both sides is paid for one of them: the builder must merge.
    function test_ADuplicateLeafIsPaidOnce() public {
        IRoyaltyVault.Node memory a = Split.leaf(artist, 50);
        IRoyaltyVault vault = funded(Split.inner(a, a).top());
        assertEq(vault.claim(address(dollar), only(artist, 50, a, 0)), 500);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.NothingDue.selector, address(dollar), artist));
        vault.claim(address(dollar), only(artist, 50, a, 1));
    }

    /// @dev Two leaves of one payee: together never more than the larger.
    function test_TwoLeavesOfOnePayeePayTheLarger() public {
        IRoyaltyVault.Node memory small = Split.leaf(artist, 30);
        IRoyaltyVault.Node memory large = Split.leaf(artist, 70);
        IRoyaltyVault vault = funded(Split.inner(small, large).top());
        assertEq(vault.claim(address(dollar), only(artist, 30, large, 0)), 300);
        assertEq(vault.claim(address(dollar), only(artist, 70, small, 1)), 400);
        assertEq(vault.releasedTo(address(dollar), artist), 700);
    }

    function test_RevertWhen_AShareIsZero() public {
        IRoyaltyVault.Node memory nothing = Split.leaf(stranger, 0);
        IRoyaltyVault.Node memory a = Split.leaf(artist, 1);
        IRoyaltyVault vault = funded(Split.inner(nothing, a).top());
        refuse(vault, only(stranger, 0, a, 0));
        assertEq(vault.claim(address(dollar), only(artist, 1, nothing, 1)), 1000);
    }

    function test_RevertWhen_TheWholeIsZero() public {
        IRoyaltyVault.Node memory nothing = Split.leaf(stranger, 0);
        IRoyaltyVault vault = funded(nothing.top());
        refuse(vault, alone(stranger, 0));
        vault = funded(Split.inner(nothing, nothing).top());
        refuse(vault, only(stranger, 0, nothing, 0));
    }

    function testFuzz_RevertWhen_SumsOverflow(uint128 share, uint128 rest) public {
        share = uint128(bound(share, 1, type(uint128).max));
        rest = uint128(bound(rest, type(uint128).max - share + 1, type(uint128).max));
        IRoyaltyVault.Node memory a = Split.leaf(stranger, share);
        IRoyaltyVault.Node memory b = Split.leaf(artist, rest);
        bytes32 hash = keccak256(abi.encodePacked(bytes1(0x01), a.hash, a.sum, b.hash, b.sum));
        uint128 wrapped;
        unchecked {
            wrapped = share + rest; // what a careless tree would come to
        }
        IRoyaltyVault vault = funded(IRoyaltyVault.Node(hash, wrapped).top());
        refuse(vault, only(stranger, share, b, 0));
        refuse(vault, only(artist, rest, a, 1));
    }

    /// @dev Bits above a sum's 16 bytes are not hashed; they must not count either.
    function testFuzz_RevertWhen_ASumHasDirtyBits(uint256 index, uint256 sibling, uint256 dirt) public {
        IRoyaltyVault vault = fundedThree();
        IRoyaltyVault.Share memory share = shareOf(index % 2);
        dirt = bound(dirt, 1, type(uint128).max) << 128;
        refuseRaw(vault, share, sibling % 2, dirt, 0);
    }

    /// @dev Two of them that cancel out, with a clean one above: the total comes out right, and is refused all the same.
    function testFuzz_RevertWhen_DirtySumsCancelOut(uint256 index, uint256 dirt) public {
        address[] memory payees = new address[](8);
        uint128[] memory shares = new uint128[](8);
        for (uint256 i = 0; i < 8; ++i) {
            (payees[i], shares[i]) = (address(uint160(1000 + i)), uint128(i + 1));
        }
        IRoyaltyVault vault = funded(Split.root(payees, shares));
        dirt = bound(dirt, 1, type(uint128).max) << 128;
        unchecked {
            refuseRaw(vault, Split.prove(payees, shares, index % 8), 0, dirt, 0 - dirt);
        }
    }

    /// @dev A sum that wraps 256 bits would make the total smaller, and so the share larger, than the tree says.
    function testFuzz_RevertWhen_ASumIsNegative(uint128 share, uint128 less) public {
        share = uint128(bound(share, 2, type(uint128).max));
        less = uint128(bound(less, 1, share - 1));
        IRoyaltyVault.Node memory a = Split.leaf(stranger, share);
        IRoyaltyVault.Node memory b = IRoyaltyVault.Node("anything", type(uint128).max - less + 1);
        bytes32 hash = keccak256(abi.encodePacked(bytes1(0x01), a.hash, a.sum, b.hash, b.sum));
        IRoyaltyVault vault = funded(IRoyaltyVault.Node(hash, share - less).top());
        refuse(vault, only(stranger, share, b, 0));
        refuseRaw(vault, only(stranger, share, b, 0), 0, uint256(type(uint128).max) << 128, 0);
    }

    // ---- dishonest claimants ----

    function test_RevertWhen_AnothersShareIsClaimed() public {
        IRoyaltyVault vault = fundedThree();
        IRoyaltyVault.Share memory share = shareOf(0);
        share.payee = stranger;
        refuse(vault, share);
        share = shareOf(2);
        share.payee = artist; // a payee, but not of this share
        refuse(vault, share);
        share = shareOf(2);
        share.share = 5;
        refuse(vault, share);
    }

    /// @dev Any bit of a proof: the hash does not come out, and nobody is paid.
    function testFuzz_RevertWhen_AProofIsAltered(uint256 index, uint256 field, uint256 bit) public {
        IRoyaltyVault vault = fundedThree();
        IRoyaltyVault.Share memory share = shareOf(index % 3);
        uint256 sibling = bit % share.siblings.length;
        if (field % 5 == 0) share.payee = address(uint160(share.payee) ^ uint160(1 << (bit % 160)));
        if (field % 5 == 1) share.share ^= uint128(1 << (bit % 128));
        if (field % 5 == 2) share.sides ^= 1 << sibling;
        if (field % 5 == 3) share.siblings[sibling].hash ^= bytes32(1 << (bit % 256));
        if (field % 5 == 4) share.siblings[sibling].sum ^= uint128(1 << (bit % 128));
        refuse(vault, share);
    }

    /// @dev Bits beyond the path say nothing: the same share, paid once.
    function testFuzz_SidesBeyondThePathAreIgnored(uint256 sides) public {
        IRoyaltyVault vault = fundedThree();
        IRoyaltyVault.Share memory share = shareOf(0);
        share.sides |= (sides << share.siblings.length);
        assertEq(vault.claim(address(dollar), share), 500);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.NothingDue.selector, address(dollar), artist));
        vault.claim(address(dollar), shareOf(0));
    }

    function test_RevertWhen_APathIsLongerOrShorter() public {
        IRoyaltyVault vault = fundedThree();
        IRoyaltyVault.Share memory share = shareOf(0);
        IRoyaltyVault.Node[] memory siblings = share.siblings;
        share.siblings = new IRoyaltyVault.Node[](3);
        (share.siblings[0], share.siblings[1]) = (siblings[0], siblings[1]);
        refuse(vault, share); // one more, of nothing
        share.siblings = new IRoyaltyVault.Node[](1);
        share.siblings[0] = siblings[0];
        refuse(vault, share); // one less
        share.siblings = new IRoyaltyVault.Node[](0);
        refuse(vault, share);
        share.siblings = new IRoyaltyVault.Node[](300); // more than there are sides
        refuse(vault, share);
    }

    /// @dev Leaf, inner node and root are hashed with different first bytes and lengths: none stands for another.
    function test_RevertWhen_AnInnerNodeIsShownAsALeaf() public {
        (address[] memory payees, uint128[] memory shares) = three();
        IRoyaltyVault.Node[] memory leaves = Split.leaves(payees, shares);
        IRoyaltyVault.Node memory pair = Split.inner(leaves[0], leaves[1]);
        IRoyaltyVault vault = fundedThree();
        refuse(vault, only(address(bytes20(pair.hash)), pair.sum, leaves[2], 0));
        refuse(vault, only(address(uint160(uint256(pair.hash))), pair.sum, leaves[2], 0));
        refuse(vault, alone(address(bytes20(pair.hash)), pair.sum + leaves[2].sum));
    }

    /// @dev A root that lacks its own prefix: the hash of a leaf or of an inner node is nobody's split.
    function test_RevertWhen_ANodesHashIsTheRoot() public {
        IRoyaltyVault.Node memory a = Split.leaf(artist, 1);
        IRoyaltyVault.Node memory b = Split.leaf(stranger, 1);
        refuse(funded(a.hash), alone(artist, 1));
        refuse(funded(Split.inner(a, b).hash), only(artist, 1, b, 0));
    }

    /// @dev Hashed without type bytes, a 64-byte "leaf" could be two children: here it cannot be built.
    function test_RevertWhen_TheTreeHasNoTypeBytes() public {
        IRoyaltyVault.Node memory a = IRoyaltyVault.Node(keccak256(abi.encodePacked(artist, uint128(1))), 1);
        IRoyaltyVault.Node memory b = IRoyaltyVault.Node(keccak256(abi.encodePacked(stranger, uint128(1))), 1);
        bytes32 hash = keccak256(abi.encodePacked(a.hash, a.sum, b.hash, b.sum));
        refuse(funded(IRoyaltyVault.Node(hash, 2).top()), only(artist, 1, b, 0));
        refuse(funded(keccak256(abi.encodePacked(hash, uint128(2)))), only(artist, 1, b, 0));
    }

    function test_RevertWhen_TheProofIsOfAnotherVault() public {
        (address[] memory payees, uint128[] memory shares) = three();
        shares[2] = 3;
        IRoyaltyVault another = funded(Split.root(payees, shares));
        refuse(another, shareOf(0));
    }

    // ---- helpers ----

    function alone(address payee, uint128 share) private pure returns (IRoyaltyVault.Share memory) {
        return IRoyaltyVault.Share(payee, share, 0, new IRoyaltyVault.Node[](0));
    }

    function only(address payee, uint128 share, IRoyaltyVault.Node memory sibling, uint256 sides)
        private
        pure
        returns (IRoyaltyVault.Share memory proof)
    {
        proof = IRoyaltyVault.Share(payee, share, sides, new IRoyaltyVault.Node[](1));
        proof.siblings[0] = sibling;
    }

    function path(
        address payee,
        uint128 share,
        IRoyaltyVault.Node memory lower,
        IRoyaltyVault.Node memory upper,
        uint256 sides
    ) private pure returns (IRoyaltyVault.Share memory proof) {
        proof = IRoyaltyVault.Share(payee, share, sides, new IRoyaltyVault.Node[](2));
        (proof.siblings[0], proof.siblings[1]) = (lower, upper);
    }

    /// @dev The vault of `root`, with 1,000 dollars' units.
    function funded(bytes32 root) private returns (IRoyaltyVault vault) {
        vault = IRoyaltyVault(factory.deploy(root, 0));
        dollar.mint(address(vault), 1000);
    }

    function fundedThree() private returns (IRoyaltyVault) {
        (address[] memory payees, uint128[] memory shares) = three();
        return funded(Split.root(payees, shares));
    }

    /// @dev The claim with `dirt` added to one sibling's sum, and `rest` to the other's.
    function refuseRaw(
        IRoyaltyVault vault,
        IRoyaltyVault.Share memory share,
        uint256 sibling,
        uint256 dirt,
        uint256 rest
    ) private {
        bytes memory call = abi.encodeCall(vault.claim, (address(dollar), share));
        addToWord(call, 4 + 0x100 + 0x40 * sibling, dirt);
        if (rest != 0) addToWord(call, 4 + 0x100 + 0x40 * (1 - sibling), rest);
        (bool ok, bytes memory result) = address(vault).call(call);
        assertFalse(ok);
        assertEq(result, abi.encodeWithSelector(IRoyaltyVault.ShareNotInSplit.selector, share.payee, share.share));
    }

    function addToWord(bytes memory data, uint256 at, uint256 value) private pure {
        assembly ("memory-safe") {
            let where := add(add(data, 0x20), at)
            mstore(where, add(mload(where), value))
        }
    }

    function refuse(IRoyaltyVault vault, IRoyaltyVault.Share memory share) private {
        bytes memory reason = abi.encodeWithSelector(IRoyaltyVault.ShareNotInSplit.selector, share.payee, share.share);
        vm.expectRevert(reason);
        vault.claim(address(dollar), share);
        vm.expectRevert(reason);
        vault.due(address(dollar), share);
    }
}
