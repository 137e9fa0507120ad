// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {IRoyaltyVaultFactory} from "contracts/interfaces/IRoyaltyVaultFactory.sol";
import {RefusingPayee} from "contracts/mocks/BadPayees.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";
import {Vm} from "forge-std/Vm.sol";

import {Base} from "./Base.t.sol";
import {Replay} from "./helpers/Replay.sol";
import {Split} from "./helpers/Split.sol";

contract FactoryTest is Base {
    using Replay for Vm.Log[];

    bytes32 private root;

    function setUp() public override {
        super.setUp();
        (address[] memory payees, uint128[] memory shares) = three();
        root = Split.root(payees, shares);
    }

    // ---- addresses ----

    /// @dev CREATE2 of Solady's clone with the root as its immutable argument: written out, so that others can compute it.
    function testFuzz_TheAddressFollowsFromTheRootAndTheSalt(bytes32 anyRoot, bytes32 salt) public {
        bytes memory code = abi.encodePacked(
            hex"61004d3d81600a3d39f3",
            hex"363d3d373d3d3d363d73",
            factory.implementation(),
            hex"5af43d82803e903d91602b57fd5bf3",
            anyRoot
        );
        address expected = vm.computeCreate2Address(salt, keccak256(code), address(factory));
        assertEq(factory.vaultOf(anyRoot, salt), expected);
        assertEq(factory.deploy(anyRoot, salt), expected);
        assertEq(IRoyaltyVault(expected).root(), anyRoot);
        assertEq(expected.code.length, 0x4d);
    }

    function test_DeployedTwiceIsDeployed() public {
        address vault = factory.deploy(root, 0);
        vm.prank(stranger);
        assertEq(factory.deploy(root, 0), vault);
    }

    /// @dev Equal splits with other salts are other vaults: what one was paid, the other does not owe.
    function test_ASaltTellsEqualSplitsApart() public {
        IRoyaltyVault plain = IRoyaltyVault(factory.deploy(root, 0));
        IRoyaltyVault salted = IRoyaltyVault(factory.deploy(root, "a period"));
        assertNotEq(address(plain), address(salted));
        assertEq(plain.root(), salted.root());
        dollar.mint(address(salted), 1000);
        assertEq(plain.due(address(dollar), shareOf(0)), 0);
        assertEq(salted.claim(address(dollar), shareOf(0)), 500);
    }

    /// @dev Money that came before the vault is in it.
    function test_AVaultIsPaidBeforeItIsDeployed() public {
        address vault = factory.vaultOf(root, 0);
        assertEq(vault.code.length, 0);
        dollar.mint(vault, 1000);
        vm.deal(vault, 1000);
        uint256[] memory amounts = factory.claim(batch(claimOf(0, address(dollar)), claimOf(0, address(0))));
        assertEq(amounts[0], 500);
        assertEq(amounts[1], 500);
        assertEq(dollar.balanceOf(artist), 500);
        assertEq(artist.balance, 500);
    }

    // ---- batches ----

    function test_ClaimsFromManyVaults() public {
        (address[] memory payees, uint128[] memory shares) = (new address[](1), new uint128[](1));
        (payees[0], shares[0]) = (artist, 1);
        bytes32 another = Split.root(payees, shares);
        dollar.mint(factory.vaultOf(root, 0), 1000);
        dollar.mint(factory.vaultOf(another, "salt"), 70);
        IRoyaltyVaultFactory.VaultClaim memory second =
            IRoyaltyVaultFactory.VaultClaim(another, "salt", address(dollar), Split.prove(payees, shares, 0));
        vm.prank(stranger);
        uint256[] memory amounts = factory.claim(batch(claimOf(0, address(dollar)), second));
        assertEq(amounts[0], 500);
        assertEq(amounts[1], 70);
        assertEq(dollar.balanceOf(artist), 570);
        assertEq(dollar.balanceOf(address(factory)), 0);
    }

    /// @dev Upstream royalties: one transaction carries the money from the outer vault to the inner one's payee.
    function test_ClaimsThroughAVaultOfAVault() public {
        (address[] memory payees, uint128[] memory shares) = (new address[](2), new uint128[](2));
        (payees[0], payees[1]) = (factory.vaultOf(root, 0), stranger);
        (shares[0], shares[1]) = (1, 1);
        bytes32 outer = Split.root(payees, shares);
        dollar.mint(factory.vaultOf(outer, 0), 2000);
        IRoyaltyVaultFactory.VaultClaim memory first =
            IRoyaltyVaultFactory.VaultClaim(outer, 0, address(dollar), Split.prove(payees, shares, 0));
        uint256[] memory amounts = factory.claim(batch(first, claimOf(0, address(dollar))));
        assertEq(amounts[0], 1000);
        assertEq(amounts[1], 500);
        assertEq(dollar.balanceOf(artist), 500);
    }

    /// @dev Somebody pushed one of the claims first: the others go through.
    function test_SkipsWhatIsNotDue() public {
        IRoyaltyVault vault = IRoyaltyVault(factory.deploy(root, 0));
        dollar.mint(address(vault), 1000);
        vm.prank(stranger);
        vault.claim(address(dollar), shareOf(0));
        uint256[] memory amounts = factory.claim(batch(claimOf(0, address(dollar)), claimOf(1, address(dollar))));
        assertEq(amounts[0], 0);
        assertEq(amounts[1], 300);
    }

    function test_TheSameClaimTwiceIsPaidOnce() public {
        dollar.mint(factory.vaultOf(root, 0), 1000);
        uint256[] memory amounts = factory.claim(batch(claimOf(0, address(dollar)), claimOf(0, address(dollar))));
        assertEq(amounts[0], 500);
        assertEq(amounts[1], 0);
        assertEq(dollar.balanceOf(artist), 500);
    }

    function test_AnEmptyBatchDoesNothing() public {
        assertEq(factory.claim(new IRoyaltyVaultFactory.VaultClaim[](0)).length, 0);
    }

    function test_RevertWhen_AProofIsWrong() public {
        dollar.mint(factory.vaultOf(root, 0), 1000);
        IRoyaltyVaultFactory.VaultClaim memory wrong = claimOf(1, address(dollar));
        wrong.share.share += 1;
        IRoyaltyVaultFactory.VaultClaim[] memory claims = batch(claimOf(0, address(dollar)), wrong);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ShareNotInSplit.selector, licensor, 4));
        factory.claim(claims);
        assertEq(dollar.balanceOf(artist), 0, "all or nothing");
    }

    function test_RevertWhen_APayeeRefuses() public {
        (address[] memory payees, uint128[] memory shares) = (new address[](1), new uint128[](1));
        (payees[0], shares[0]) = (address(new RefusingPayee()), 1);
        bytes32 refusing = Split.root(payees, shares);
        vm.deal(factory.vaultOf(refusing, 0), 10);
        IRoyaltyVaultFactory.VaultClaim memory claim_ =
            IRoyaltyVaultFactory.VaultClaim(refusing, 0, address(0), Split.prove(payees, shares, 0));
        vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
        factory.claim(batch(claim_, claim_));
    }

    // ---- publishing ----

    function test_PublishesLeaves() public {
        IRoyaltyVaultFactory.Payee[] memory payees = new IRoyaltyVaultFactory.Payee[](2);
        payees[0] = IRoyaltyVaultFactory.Payee(artist, 5);
        payees[1] = IRoyaltyVaultFactory.Payee(licensor, 3);
        vm.expectEmit(address(factory));
        emit IRoyaltyVaultFactory.SplitPublished(factory.vaultOf(root, "salt"), root, 0, "salt", "", payees);
        vm.prank(stranger);
        assertEq(factory.publish(root, "salt", 0, "", payees), factory.vaultOf(root, "salt"));
    }

    function testFuzz_PublishesADocument(bytes32 anyRoot, bytes32 salt, bytes32 document, string calldata uri) public {
        vm.assume(document != 0);
        IRoyaltyVaultFactory.Payee[] memory none;
        vm.expectEmit(address(factory));
        emit IRoyaltyVaultFactory.SplitPublished(factory.vaultOf(anyRoot, salt), anyRoot, document, salt, uri, none);
        factory.publish(anyRoot, salt, document, uri, none);
    }

    function test_RevertWhen_NothingIsPublished() public {
        IRoyaltyVaultFactory.Payee[] memory none;
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVaultFactory.SplitEmpty.selector, root));
        factory.publish(root, 0, 0, "https://example.org/split.json", none);
    }

    function testFuzz_TheHeadCountsPublications(uint256 count) public {
        count = bound(count, 1, 8);
        IRoyaltyVaultFactory.Payee[] memory payees = new IRoyaltyVaultFactory.Payee[](1);
        vm.recordLogs();
        for (uint256 i = 0; i < count; ++i) {
            payees[0] = IRoyaltyVaultFactory.Payee(artist, uint128(i));
            factory.publish(bytes32(i), bytes32(i % 2), bytes32(i), vm.toString(i), payees);
        }
        factory.deploy(root, 0); // logs nothing
        assertEq(factory.head(), vm.getRecordedLogs().head(address(factory), 0));
        assertEq(uint256(factory.head()) >> 216, count);
    }

    function test_RevertWhen_CoinIsSentAlong() public {
        (bool ok,) = address(factory).call{value: 1}(abi.encodeCall(factory.deploy, (root, 0)));
        assertFalse(ok);
        (ok,) = address(factory).call{value: 1}("");
        assertFalse(ok);
    }

    // ---- helpers ----

    function claimOf(uint256 index, address token) private view returns (IRoyaltyVaultFactory.VaultClaim memory) {
        return IRoyaltyVaultFactory.VaultClaim({root: root, salt: 0, token: token, share: shareOf(index)});
    }

    function batch(IRoyaltyVaultFactory.VaultClaim memory first, IRoyaltyVaultFactory.VaultClaim memory second)
        private
        pure
        returns (IRoyaltyVaultFactory.VaultClaim[] memory claims)
    {
        claims = new IRoyaltyVaultFactory.VaultClaim[](2);
        (claims[0], claims[1]) = (first, second);
    }
}
