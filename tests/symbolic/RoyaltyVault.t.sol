// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {Test} from "forge-std/Test.sol";
import {LibClone} from "solady/utils/LibClone.sol";

import {RoyaltyVault} from "contracts/RoyaltyVault.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {SumTree} from "contracts/libraries/SumTree.sol";

/// @dev A vault of two payees, in native coin.
contract RoyaltyVaultProofs is Test {
    address private constant ARTIST = address(0xA27157);
    address private constant LABEL = address(0x1ABE1);
    address private constant COIN = address(0);

    address private implementation;

    function setUp() public {
        implementation = address(new RoyaltyVault());
    }

    function check_AClaimPaysWhatIsDueAndNoMoreThanThereIs(uint128 mine, uint128 others, uint96 balance) external {
        IRoyaltyVault vault = vaultOf(mine, others, balance);
        IRoyaltyVault.Share memory share = artists(mine, others);
        uint256 due = vault.due(COIN, share);
        uint256 amount = vault.claim(COIN, share);
        assert(amount == due && amount != 0 && amount <= balance);
        assert(ARTIST.balance == amount);
        assert(address(vault).balance == balance - amount);
    }

    function check_BooksAddUpAfterAClaim(uint128 mine, uint128 others, uint96 balance) external {
        IRoyaltyVault vault = vaultOf(mine, others, balance);
        uint256 amount = vault.claim(COIN, artists(mine, others));
        assert(vault.released(COIN) == amount);
        assert(vault.releasedTo(COIN, ARTIST) == amount);
        assert(vault.releasedTo(COIN, LABEL) == 0);
        assert(vault.received(COIN) == balance);
    }

    function check_ReleasedOnlyGrows(uint128 mine, uint128 others, uint96 balance, uint96 more) external {
        IRoyaltyVault vault = vaultOf(mine, others, balance);
        vault.claim(COIN, artists(mine, others));
        uint256 before = vault.released(COIN);
        vm.deal(address(vault), address(vault).balance + more);
        uint256 amount = vault.claim(COIN, labels(mine, others));
        assert(vault.released(COIN) == before + amount);
        assert(vault.releasedTo(COIN, LABEL) == amount);
        assert(vault.received(COIN) == uint256(balance) + more);
    }

    /// @dev For few coins only: a solver divides slowly. The fuzz tests take all others.
    function check_DuesAddUpToNoMoreThanReceived(uint8 balance) external {
        checkDues(1, 2, balance);
        checkDues(1, 3, balance);
        checkDues(3, 7, balance);
    }

    function check_AStrangersShareIsRefused(uint128 mine, uint128 others, address stranger, uint128 share) external {
        IRoyaltyVault vault = vaultOf(mine, others, 100);
        IRoyaltyVault.Share memory claimed = artists(mine, others);
        (claimed.payee, claimed.share) = (stranger, share);
        try vault.due(COIN, claimed) {
            assert(stranger == ARTIST && share == mine);
        } catch {}
    }

    function refute_AClaimPaysTheWholeBalance(uint8 balance) external {
        assert(vaultOf(1, 1, balance).claim(COIN, artists(1, 1)) == balance);
    }

    function checkDues(uint128 mine, uint128 others, uint256 balance) private {
        IRoyaltyVault vault = vaultOf(mine, others, balance);
        assert(vault.due(COIN, artists(mine, others)) + vault.due(COIN, labels(mine, others)) <= balance);
    }

    function vaultOf(uint128 mine, uint128 others, uint256 balance) private returns (IRoyaltyVault) {
        (bytes32 root,) = this.rootOf(artists(mine, others));
        address vault = LibClone.clone(implementation, abi.encode(root));
        vm.deal(vault, balance);
        return IRoyaltyVault(vault);
    }

    function rootOf(IRoyaltyVault.Share calldata share) external pure returns (bytes32, uint128) {
        return SumTree.root(share.payee, share.share, share.sides, share.siblings);
    }

    function artists(uint128 mine, uint128 others) private pure returns (IRoyaltyVault.Share memory) {
        return shareOf(ARTIST, mine, IRoyaltyVault.Node(SumTree.leaf(LABEL, others), others), 0);
    }

    function labels(uint128 mine, uint128 others) private pure returns (IRoyaltyVault.Share memory) {
        return shareOf(LABEL, others, IRoyaltyVault.Node(SumTree.leaf(ARTIST, mine), mine), 1);
    }

    function shareOf(address payee, uint128 share, IRoyaltyVault.Node memory sibling, uint256 sides)
        private
        pure
        returns (IRoyaltyVault.Share memory)
    {
        IRoyaltyVault.Node[] memory siblings = new IRoyaltyVault.Node[](1);
        siblings[0] = sibling;
        return IRoyaltyVault.Share({payee: payee, share: share, sides: sides, siblings: siblings});
    }
}
