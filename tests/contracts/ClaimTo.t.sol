// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {RefusingPayee} from "contracts/mocks/BadPayees.sol";
import {HookedToken} from "contracts/mocks/HookedToken.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {Base} from "./Base.t.sol";
import {Split} from "./helpers/Split.sol";

/// @dev A payee has what is due to them sent elsewhere.
contract ClaimToTest is Base {
    bytes32 private constant TYPEHASH =
        keccak256("ClaimTo(address payee,address token,address to,uint256 releasedTo,uint256 deadline)");
    uint256 private constant DEADLINE = NOW + 1 hours;
    address private constant NATIVE = address(0);

    IRoyaltyVault private vault;
    address private bank = makeAddr("bank");

    function setUp() public override {
        super.setUp();
        vault = vaultOfThree();
        dollar.mint(address(vault), 1000);
        vm.deal(address(vault), 1000);
    }

    // ---- by the payee ----

    function test_ThePayeeNamesAReceiver() public {
        vm.expectEmit(address(vault));
        emit IRoyaltyVault.Redirected(address(dollar), licensor, bank);
        vm.expectEmit(address(vault));
        emit IRoyaltyVault.Claimed(address(dollar), licensor, 300);
        vm.prank(licensor);
        assertEq(vault.claimTo(address(dollar), bank, shareOf(1), 0, ""), 300);
        assertEq(dollar.balanceOf(bank), 300);
        assertEq(dollar.balanceOf(licensor), 0);
        assertEq(vault.releasedTo(address(dollar), licensor), 300, "booked as the payee's");
        assertEq(vault.releasedTo(address(dollar), bank), 0);
    }

    function test_NativeCoin() public {
        vm.prank(licensor);
        assertEq(vault.claimTo(NATIVE, bank, shareOf(1), 0, ""), 300);
        assertEq(bank.balance, 300);
    }

    /// @dev A contract that takes no coin is paid elsewhere, and not for ever out of reach.
    function test_APayeeWhoRefusesCoinHasItSentElsewhere() public {
        (address[] memory payees, uint128[] memory shares) = (new address[](1), new uint128[](1));
        Puppet museum = new Puppet();
        (payees[0], shares[0]) = (address(museum), 1);
        IRoyaltyVault theirs = IRoyaltyVault(factory.deploy(Split.root(payees, shares), 0));
        vm.deal(address(theirs), 10);
        IRoyaltyVault.Share memory share = Split.prove(payees, shares, 0);
        address refusing = address(new RefusingPayee());
        bytes memory call = abi.encodeCall(theirs.claimTo, (NATIVE, refusing, share, 0, ""));
        vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
        museum.execute(address(theirs), 0, call);
        call = abi.encodeCall(theirs.claimTo, (NATIVE, bank, share, 0, ""));
        museum.execute(address(theirs), 0, call);
        assertEq(bank.balance, 10);
    }

    function test_RevertWhen_NothingIsDue() public {
        vault.claim(address(dollar), shareOf(1));
        IRoyaltyVault.Share memory share = shareOf(1);
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.NothingDue.selector, address(dollar), licensor));
        vault.claimTo(address(dollar), bank, share, 0, "");
    }

    function test_RevertWhen_TheShareIsNotInTheSplit() public {
        IRoyaltyVault.Share memory share = shareOf(1);
        share.share = 5;
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ShareNotInSplit.selector, licensor, 5));
        vault.claimTo(address(dollar), bank, share, 0, "");
        share = shareOf(0);
        share.payee = licensor; // the artist's place, in the licensor's name
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ShareNotInSplit.selector, licensor, 5));
        vault.claimTo(address(dollar), bank, share, 0, "");
    }

    // ---- by signature ----

    function test_AnyoneSubmitsThePayeesSignature() public {
        bytes memory signature = sign(address(dollar), bank, 0, DEADLINE);
        vm.warp(DEADLINE);
        vm.prank(relayer);
        assertEq(vault.claimTo(address(dollar), bank, shareOf(1), DEADLINE, signature), 300);
        assertEq(dollar.balanceOf(bank), 300);
        assertEq(dollar.balanceOf(relayer), 0);
    }

    function test_TakesACompactSignature() public {
        bytes memory signature = signedCompact(licensorKey, digest(address(dollar), bank, 0, DEADLINE));
        assertEq(signature.length, 64);
        vault.claimTo(address(dollar), bank, shareOf(1), DEADLINE, signature);
        assertEq(dollar.balanceOf(bank), 300);
    }

    function test_RevertWhen_TheDeadlineHasPassed() public {
        bytes memory signature = sign(address(dollar), bank, 0, DEADLINE);
        vm.warp(DEADLINE + 1);
        IRoyaltyVault.Share memory share = shareOf(1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ClaimExpired.selector, DEADLINE, DEADLINE + 1));
        vault.claimTo(address(dollar), bank, share, DEADLINE, signature);
    }

    function test_RevertWhen_AnotherSigned() public {
        refuseClaim(bank, DEADLINE, signed(strangerKey, digest(address(dollar), bank, 0, DEADLINE)));
        refuseClaim(bank, DEADLINE, "");
        refuseClaim(bank, DEADLINE, new bytes(65));
    }

    /// @dev One payee's signature moves no other's share.
    function test_RevertWhen_AnotherPayeeSigned() public {
        bytes memory signature = sign(address(dollar), bank, 0, DEADLINE);
        IRoyaltyVault.Share memory share = shareOf(0);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ClaimSignatureInvalid.selector, artist));
        vault.claimTo(address(dollar), bank, share, DEADLINE, signature);
        vm.prank(licensor); // nor do they by calling
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ClaimSignatureInvalid.selector, artist));
        vault.claimTo(address(dollar), bank, share, DEADLINE, signature);
    }

    /// @dev A receiver, a deadline or a currency other than signed.
    function test_RevertWhen_AnyWordIsAltered() public {
        bytes memory signature = sign(address(dollar), bank, 0, DEADLINE);
        refuseClaim(stranger, DEADLINE, signature);
        refuseClaim(bank, DEADLINE + 1, signature);
        IRoyaltyVault.Share memory share = shareOf(1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ClaimSignatureInvalid.selector, licensor));
        vault.claimTo(NATIVE, bank, share, DEADLINE, signature);
        refuseClaim(bank, DEADLINE, sign(address(dollar), bank, 1, DEADLINE));
        vault.claimTo(address(dollar), bank, share, DEADLINE, signature);
    }

    function testFuzz_RevertWhen_TheSignatureIsAltered(uint256 bit) public {
        bytes memory signature = sign(address(dollar), bank, 0, DEADLINE);
        bit %= signature.length * 8;
        signature[bit / 8] ^= bytes1(uint8(1 << (bit % 8)));
        refuseClaim(bank, DEADLINE, signature);
    }

    /// @dev It names what was paid before: with the next payment that is another amount.
    function test_RevertWhen_Replayed() public {
        bytes memory signature = sign(address(dollar), bank, 0, DEADLINE);
        vault.claimTo(address(dollar), bank, shareOf(1), DEADLINE, signature);
        dollar.mint(address(vault), 1000);
        refuseClaim(bank, DEADLINE, signature);
        signature = sign(address(dollar), bank, 300, DEADLINE);
        vault.claimTo(address(dollar), bank, shareOf(1), DEADLINE, signature);
        assertEq(dollar.balanceOf(bank), 600);
    }

    /// @dev Pushed to the payee first, the signature is void, and the money theirs.
    function test_RevertWhen_SomebodyPushedTheClaimFirst() public {
        bytes memory signature = sign(address(dollar), bank, 0, DEADLINE);
        vault.claim(address(dollar), shareOf(1));
        dollar.mint(address(vault), 1000);
        refuseClaim(bank, DEADLINE, signature);
        assertEq(dollar.balanceOf(licensor), 300);
    }

    /// @dev What others are paid between is none of it, and what came in meanwhile is included.
    function test_OthersClaimsDoNotVoidIt() public {
        bytes memory signature = sign(address(dollar), bank, 0, DEADLINE);
        vault.claim(address(dollar), shareOf(0));
        vault.claim(NATIVE, shareOf(1));
        dollar.mint(address(vault), 1000);
        assertEq(vault.claimTo(address(dollar), bank, shareOf(1), DEADLINE, signature), 600);
    }

    /// @dev The domain is the vault's own, though all run one code.
    function test_RevertWhen_SignedForAnotherVault() public {
        (address[] memory payees, uint128[] memory shares) = three();
        address twin = factory.deploy(Split.root(payees, shares), "salt");
        address[3] memory others = [twin, factory.implementation(), address(factory)];
        for (uint256 i = 0; i < others.length; ++i) {
            bytes32 theirs = typed(CHAIN, others[i], structHash(address(dollar), bank, 0, DEADLINE));
            refuseClaim(bank, DEADLINE, signed(licensorKey, theirs));
        }
        refuseClaim(bank, DEADLINE, signed(licensorKey, structHash(address(dollar), bank, 0, DEADLINE)));
    }

    function test_RevertWhen_SignedForAnotherChain() public {
        bytes32 theirs = typed(1, address(vault), structHash(address(dollar), bank, 0, DEADLINE));
        refuseClaim(bank, DEADLINE, signed(licensorKey, theirs));
        bytes memory signature = sign(address(dollar), bank, 0, DEADLINE);
        vm.chainId(CHAIN + 1); // the chain forks away
        refuseClaim(bank, DEADLINE, signature);
    }

    function test_AContractApproves() public {
        (address[] memory payees, uint128[] memory shares) = (new address[](1), new uint128[](1));
        Puppet museum = new Puppet();
        (payees[0], shares[0]) = (address(museum), 1);
        vault = IRoyaltyVault(factory.deploy(Split.root(payees, shares), 0));
        dollar.mint(address(vault), 10);
        IRoyaltyVault.Share memory share = Split.prove(payees, shares, 0);
        museum.sign(
            typed(
                CHAIN,
                address(vault),
                keccak256(abi.encode(TYPEHASH, museum, address(dollar), bank, uint256(0), DEADLINE))
            )
        );
        for (uint256 signing = 1; signing < 4; ++signing) {
            museum.setSigning(Puppet.Signing(signing));
            vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ClaimSignatureInvalid.selector, museum));
            vault.claimTo(address(dollar), bank, share, DEADLINE, "");
        }
        museum.setSigning(Puppet.Signing.Honest);
        vault.claimTo(address(dollar), bank, share, DEADLINE, "");
        assertEq(dollar.balanceOf(bank), 10);
    }

    function test_RevertWhen_CoinIsSentAlong() public {
        bytes memory call = abi.encodeCall(vault.claimTo, (NATIVE, bank, shareOf(1), 0, ""));
        vm.deal(licensor, 1);
        vm.prank(licensor);
        (bool ok,) = address(vault).call{value: 1}(call);
        assertFalse(ok);
    }

    // ---- calling back ----

    function test_RevertWhen_ATokenClaimsAgainWithinAClaim() public {
        HookedToken token = new HookedToken();
        token.mint(address(vault), 1000);
        bytes memory signature = sign(address(token), bank, 0, DEADLINE);
        token.arm(
            address(vault), abi.encodeCall(vault.claimTo, (address(token), bank, shareOf(1), DEADLINE, signature))
        );
        assertEq(vault.claimTo(address(token), bank, shareOf(1), DEADLINE, signature), 300);
        assertTrue(token.acted());
        assertFalse(token.succeeded());
        assertEq(token.balanceOf(bank), 300);
    }

    /// @dev The receiver claims another's share meanwhile: the same currency is locked, another is not.
    function test_AReceiverOfCoinCannotClaimWithinAClaim() public {
        Puppet receiver = new Puppet();
        receiver.arm(address(vault), abi.encodeCall(vault.claim, (NATIVE, shareOf(0))));
        vm.prank(licensor);
        assertEq(vault.claimTo(NATIVE, address(receiver), shareOf(1), 0, ""), 300);
        assertFalse(receiver.succeeded());
        assertEq(receiver.answer(), abi.encodeWithSelector(IRoyaltyVault.ClaimReentered.selector, NATIVE));
        assertEq(vault.claim(NATIVE, shareOf(0)), 500);
    }

    // ---- helpers ----

    function structHash(address token, address to, uint256 releasedTo, uint256 deadline)
        private
        view
        returns (bytes32)
    {
        return keccak256(abi.encode(TYPEHASH, licensor, token, to, releasedTo, deadline));
    }

    function digest(address token, address to, uint256 releasedTo, uint256 deadline) private view returns (bytes32) {
        return typed(CHAIN, address(vault), structHash(token, to, releasedTo, deadline));
    }

    function sign(address token, address to, uint256 releasedTo, uint256 deadline) private view returns (bytes memory) {
        return signed(licensorKey, digest(token, to, releasedTo, deadline));
    }

    function refuseClaim(address to, uint256 deadline, bytes memory signature) private {
        IRoyaltyVault.Share memory share = shareOf(1);
        vm.prank(relayer);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ClaimSignatureInvalid.selector, licensor));
        vault.claimTo(address(dollar), to, share, deadline, signature);
    }
}
