// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IPurse} from "contracts/interfaces/IPurse.sol";
import {IRoyaltyVault} from "contracts/interfaces/IRoyaltyVault.sol";
import {IRoyaltyVaultFactory} from "contracts/interfaces/IRoyaltyVaultFactory.sol";
import {IStatementEscrow} from "contracts/interfaces/IStatementEscrow.sol";
import {IUsageLedger} from "contracts/interfaces/IUsageLedger.sol";
import {RefusingPayee} from "contracts/mocks/BadPayees.sol";
import {HookedToken} from "contracts/mocks/HookedToken.sol";
import {BlockingToken, FeeToken} from "contracts/mocks/OddTokens.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";

import {Base} from "./Base.t.sol";
import {Split} from "./helpers/Split.sol";

/// @dev What was found where others keep and share out money, tried on these contracts (see `PublishedFindingsSales`).
contract PublishedFindingsMoneyTest is Base {
    address private constant NATIVE = address(0);
    uint32 private constant DELAY = 7 days;
    bytes32 private constant CLAIM_TO_TYPEHASH =
        keccak256("ClaimTo(address payee,address token,address to,uint256 releasedTo,uint256 deadline)");
    bytes32 private constant VOUCHER_TYPEHASH = keccak256("Voucher(bytes32 licenseId,uint256 units)");

    address[] private payees;
    uint128[] private shares;

    // ---- rounding ----

    /// @dev Rounding leaves a shared pool short, and the last to claim cannot. Story's royalty vaults, tried on their
    /// code: 40 wei short after 50 payments.
    function test_SharedPoolRunsShort() public {
        IRoyaltyVault vault = vaultOfSeven();
        uint256 received = 0;
        for (uint256 i = 1; i <= 50; ++i) {
            dollar.mint(address(vault), 280 * i + i * i % 5);
            received += 280 * i + i * i % 5;
            vault.claim(address(dollar), proof(i % 7)); // in any order
        }
        for (uint256 i = 0; i < 7; ++i) {
            // And the last one too.
            if (vault.due(address(dollar), proof(i)) != 0) vault.claim(address(dollar), proof(i));
            assertEq(vault.releasedTo(address(dollar), payees[i]), received * shares[i] / 28);
        }
        assertLt(dollar.balanceOf(address(vault)), 7);
    }

    /// @dev What each payment leaves over is lost. Class of finding.
    function test_DustLost() public {
        IRoyaltyVault vault = vaultOfSeven();
        for (uint256 i = 1; i <= 28; ++i) {
            dollar.mint(address(vault), 1);
            for (uint256 j = 0; j < 7; ++j) {
                if (vault.due(address(dollar), proof(j)) != 0) vault.claim(address(dollar), proof(j));
                assertEq(vault.releasedTo(address(dollar), payees[j]), i * shares[j] / 28);
            }
        }
        assertEq(dollar.balanceOf(address(vault)), 0, "28 units have gone to shares of 28, unit by unit");
    }

    // ---- splits ----

    /// @dev A split's owner, or the protocol, changes it over money that is in it. 0xSplits behind Obol's controller
    /// (Zach Obront's audit, 2023, issue 78).
    function test_SplitChangedUnderMoney() public {
        IRoyaltyVault vault = vaultOfThree();
        dollar.mint(address(vault), 1_000);
        (payees, shares) = three();
        (payees[0], shares[0]) = (stranger, 1_000_000);
        bytes32 root = Split.root(payees, shares);
        vm.startPrank(stranger);
        assertTrue(factory.publish(root, 0, "document", "uri", new IRoyaltyVaultFactory.Payee[](0)) != address(vault));
        assertTrue(factory.deploy(root, 0) != address(vault));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ShareNotInSplit.selector, stranger, uint128(1_000_000)));
        vault.claim(address(dollar), proof(0));
        assertEq(vault.claim(address(dollar), shareOf(0)), 500);
    }

    /// @dev Two lists have one hash, because they are hashed one after the other, without their lengths. Class of
    /// finding; Wyvern 2.2 (June 2022) hashed orders so.
    function test_PackedHashesCollide() public {
        // Of payees A, B and shares 1, 2 packed one after the other, "payees A, B, 1, share 2" would be another
        // reading.
        (payees, shares) = (new address[](2), new uint128[](2));
        (payees[0], payees[1], shares[0], shares[1]) = (artist, licensor, 1, 2);
        IRoyaltyVault vault = fund();
        refuse(vault, IRoyaltyVault.Share(address(1), 2, 0, proof(0).siblings));
        // A byte moves from the payee to the share, or back.
        uint256 packed = uint256(uint160(artist)) << 128 | 1;
        refuse(vault, IRoyaltyVault.Share(address(uint160(packed >> 120)), uint128(packed << 8), 0, proof(0).siblings));
        refuse(vault, IRoyaltyVault.Share(address(uint160(packed >> 136)), uint128(packed >> 8), 0, proof(0).siblings));
        // And a leaf's 37 bytes never are a node's 97, nor the root's 49.
        refuse(vault, IRoyaltyVault.Share(artist, 3, 0, new IRoyaltyVault.Node[](0)));
        assertEq(vault.claim(address(dollar), proof(0)), 333);
    }

    /// @dev What was proven of one distribution is paid from another. Class of finding.
    function test_DistributionOfAnotherVault() public {
        IRoyaltyVault vault = vaultOfThree();
        dollar.mint(address(vault), 1_000);
        (payees, shares) = (new address[](2), new uint128[](2));
        (payees[0], payees[1], shares[0], shares[1]) = (stranger, licensor, 99, 1);
        fund();
        refuse(vault, proof(0));
        IRoyaltyVaultFactory.VaultClaim[] memory claims = new IRoyaltyVaultFactory.VaultClaim[](1);
        claims[0] = IRoyaltyVaultFactory.VaultClaim(vault.root(), 0, address(dollar), proof(0));
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ShareNotInSplit.selector, stranger, uint128(99)));
        factory.claim(claims);
    }

    /// @dev Who pushes a payment takes a part of it, or is paid for pushing nothing. Class of finding; 0xSplits v2
    /// warns of incentives.
    function test_BountyForPushing() public {
        IRoyaltyVault vault = vaultOfThree();
        dollar.mint(address(vault), 1_000);
        vm.startPrank(stranger, stranger);
        for (uint256 i = 0; i < 3; ++i) {
            vault.claim(address(dollar), shareOf(i));
        }
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.NothingDue.selector, address(dollar), artist));
        vault.claim(address(dollar), shareOf(0));
        assertEq(dollar.balanceOf(stranger), 0);
        assertEq(dollar.balanceOf(artist) + dollar.balanceOf(licensor) + dollar.balanceOf(auditor), 1_000);
    }

    /// @dev Intervals overlap, so that a tree promises more than the whole. Class of finding; a plain Merkle
    /// distributor trusts whoever built its tree.
    function test_SharesOverlap() public {
        IRoyaltyVault.Node memory a = Split.leaf(artist, 60);
        IRoyaltyVault.Node memory b = Split.leaf(stranger, 60);
        IRoyaltyVault.Node memory whole = Split.inner(a, b);
        whole.sum = 100;
        IRoyaltyVault vault = IRoyaltyVault(factory.deploy(Split.top(whole), 0));
        dollar.mint(address(vault), 1_000);
        IRoyaltyVault.Share memory share = IRoyaltyVault.Share(artist, 60, 0, new IRoyaltyVault.Node[](1));
        share.siblings[0] = b;
        refuse(vault, share);
        share.siblings[0].sum = 40;
        refuse(vault, share);
    }

    /// @dev So many payees that nobody can be paid. Class of finding.
    function test_TooManyPayees() public {
        for (uint256 i = 0; i < 2; ++i) {
            payees.push(address(uint160(0xb00000 + i)));
            shares.push(uint128(i + 1));
        }
        uint256 ofTwo = gasOfAClaim(1);
        for (uint256 i = 2; i < 1_024; ++i) {
            payees.push(address(uint160(0xb00000 + i)));
            shares.push(uint128(i + 1));
        }
        assertLt(gasOfAClaim(1_023), ofTwo + 9 * 1_200, "nine steps more");
    }

    function gasOfAClaim(uint256 index) private returns (uint256 gas) {
        IRoyaltyVault vault = fund();
        dollar.mint(address(vault), 1e15);
        IRoyaltyVault.Share memory share = proof(index);
        gas = gasleft();
        vault.claim(address(dollar), share);
        return gas - gasleft();
    }

    /// @dev A root of zero, which nobody set, proves anything. Nomad's bridge, August 2022.
    function test_ZeroRootProvesAnything() public {
        IRoyaltyVault vault = IRoyaltyVault(factory.deploy(0, 0));
        dollar.mint(address(vault), 1_000);
        IRoyaltyVault.Share memory share = IRoyaltyVault.Share(stranger, 1, 0, new IRoyaltyVault.Node[](0));
        refuse(vault, share);
        share.share = 0;
        refuse(vault, share);
        share.siblings = new IRoyaltyVault.Node[](1);
        refuse(vault, share);
        refuse(IRoyaltyVault(factory.implementation()), share);
        IStatementEscrow.Statement memory said = statement(1);
        said.root = 0;
        vm.prank(licensor);
        vm.expectRevert(abi.encodeWithSelector(IStatementEscrow.StatementInvalid.selector, keccak256(abi.encode(said))));
        escrow.publish(said);
    }

    /// @dev Whoever deploys at a foreseen address first owns it. Wintermute's wallet on Optimism, June 2022.
    function test_ForeseenAddressTakenOver() public {
        (payees, shares) = three();
        address vault = factory.vaultOf(Split.root(payees, shares), 0);
        dollar.mint(vault, 1_000);
        vm.startPrank(stranger);
        IRoyaltyVaultFactory other = IRoyaltyVaultFactory(deployCode("RoyaltyVaultFactory.sol:RoyaltyVaultFactory"));
        assertTrue(other.deploy(Split.root(payees, shares), 0) != vault, "another factory's is elsewhere");
        assertEq(factory.deploy(Split.root(payees, shares), 0), vault);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ShareNotInSplit.selector, stranger, uint128(1)));
        IRoyaltyVault(vault).claim(address(dollar), IRoyaltyVault.Share(stranger, 1, 0, proof(0).siblings));
        assertEq(IRoyaltyVault(vault).claim(address(dollar), shareOf(0)), 500, "who deploys it gains nothing");
    }

    // ---- claims ----

    /// @dev A claim is paid to somebody else, by whoever sees it first. Class of finding.
    function test_ClaimStolen() public {
        IRoyaltyVault vault = vaultOfThree();
        dollar.mint(address(vault), 1_000);
        bytes memory signature = claimTo(vault, marketplace, 0);
        bytes memory invalid = abi.encodeWithSelector(IRoyaltyVault.ClaimSignatureInvalid.selector, licensor);
        vm.startPrank(stranger);
        vm.expectRevert(invalid);
        vault.claimTo(address(dollar), stranger, shareOf(1), NOW, signature);
        vm.expectRevert(invalid);
        vault.claimTo(address(dollar), stranger, shareOf(1), NOW, "");
        vault.claimTo(address(dollar), marketplace, shareOf(1), NOW, signature);
        assertEq(dollar.balanceOf(marketplace), 300);
        // Once only: what comes in later goes to the payee.
        dollar.mint(address(vault), 1_000);
        vm.expectRevert(invalid);
        vault.claimTo(address(dollar), marketplace, shareOf(1), NOW, signature);
        vault.claim(address(dollar), shareOf(1));
        assertEq(dollar.balanceOf(licensor), 300);
        assertEq(dollar.balanceOf(stranger), 0);
    }

    /// @dev A signed claim is submitted late: one second after its deadline. Class of finding.
    function test_SignedClaimOffByOne() public {
        IRoyaltyVault vault = vaultOfThree();
        dollar.mint(address(vault), 1_000);
        bytes memory signature = claimTo(vault, marketplace, 0);
        vm.warp(NOW + 1);
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ClaimExpired.selector, NOW, NOW + 1));
        vault.claimTo(address(dollar), marketplace, shareOf(1), NOW, signature);
        vm.warp(NOW);
        vault.claimTo(address(dollar), marketplace, shareOf(1), NOW, signature);
    }

    /// @dev One claim twice in a batch is paid twice. Story, protocol-core-v1 pull request 297 (2024).
    function test_SameClaimTwiceInABatch() public {
        IRoyaltyVault vault = vaultOfThree();
        dollar.mint(address(vault), 1_000);
        IRoyaltyVaultFactory.VaultClaim[] memory claims = new IRoyaltyVaultFactory.VaultClaim[](3);
        for (uint256 i = 0; i < 3; ++i) {
            claims[i] = IRoyaltyVaultFactory.VaultClaim(vault.root(), 0, address(dollar), shareOf(0));
        }
        uint256[] memory amounts = factory.claim(claims);
        assertEq(amounts[0], 500);
        assertEq(amounts[1] + amounts[2], 0);
        assertEq(dollar.balanceOf(artist), 500);
    }

    /// @dev A payee, or a token, calls back in the middle of a payment, and is paid again. Class of finding.
    function test_ClaimReentered() public {
        HookedToken token = new HookedToken();
        IRoyaltyVault vault = vaultOfThree();
        token.mint(address(vault), 1_000);
        token.arm(address(vault), abi.encodeCall(vault.claim, (address(token), shareOf(1))));
        vault.claim(address(token), shareOf(0));
        assertEq(token.answer(), abi.encodeWithSelector(IRoyaltyVault.ClaimReentered.selector, address(token)));
        assertEq(vault.claim(address(token), shareOf(1)), 300);

        Puppet payee = new Puppet();
        (payees, shares) = (new address[](2), new uint128[](2));
        (payees[0], payees[1], shares[0], shares[1]) = (address(payee), licensor, 1, 1);
        vault = fund();
        vm.deal(address(vault), 2 ether);
        payee.arm(address(vault), abi.encodeCall(vault.claim, (NATIVE, proof(0))));
        vault.claim(NATIVE, proof(0));
        assertTrue(payee.acted());
        assertFalse(payee.succeeded());
        assertEq(address(payee).balance, 1 ether);
    }

    /// @dev Paid to where the money is, a payment counts twice. bZx, September 2020.
    function test_VaultPaysItself() public {
        IRoyaltyVault vault = vaultOfThree();
        dollar.mint(address(vault), 1_000);
        vm.prank(licensor);
        vault.claimTo(address(dollar), address(vault), shareOf(1), 0, "");
        // The licensor gave their 300 to all: nobody is owed more than there is.
        assertEq(vault.received(address(dollar)), 1_300);
        uint256 due = 0;
        for (uint256 i = 0; i < 3; ++i) {
            due += vault.due(address(dollar), shareOf(i));
        }
        assertEq(due, 1_000);
        assertEq(vault.due(address(dollar), shareOf(1)), 90);
    }

    // ---- payees and tokens that refuse ----

    /// @dev Payments are pushed in a row, and one payee who refuses locks all the others' money. Akutars, April 2022.
    function test_OneRefusingPayeeLocksAll() public {
        (payees, shares) = three();
        payees[0] = address(new RefusingPayee());
        IRoyaltyVault vault = fund();
        vm.deal(address(vault), 1 ether);
        vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
        vault.claim(NATIVE, proof(0));
        assertEq(vault.claim(NATIVE, proof(1)), 0.3 ether);
        assertEq(vault.claim(NATIVE, proof(2)), 0.2 ether);

        // Nor do bonds: they are drawn, each by itself.
        uint256 caseId = dispute(assetId);
        vm.etch(stranger, address(new RefusingPayee()).code);
        rule(caseId, 1);
        vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
        desk.withdraw(stranger);
        assertEq(registry.deed(assetId).flags, 16, "the ruling stands");
    }

    /// @dev A currency blocks one payee, and the others' money freezes with it. Gitcoin, Sherlock contest 2023-09,
    /// issue 683.
    function test_BlockedPayeeFreezesOthers() public {
        BlockingToken token = new BlockingToken();
        IRoyaltyVault vault = vaultOfThree();
        token.mint(address(vault), 1_000);
        token.setBlocked(licensor, true);
        vm.expectRevert(SafeTransferLib.TransferFailed.selector);
        vault.claim(address(token), shareOf(1));
        assertEq(vault.claim(address(token), shareOf(0)), 500);
        assertEq(vault.claim(address(token), shareOf(2)), 200);
        // The blocked one has theirs sent elsewhere.
        bytes memory signature = claimToIn(vault, address(token), marketplace, 0);
        assertEq(vault.claimTo(address(token), marketplace, shareOf(1), NOW, signature), 300);
    }

    /// @dev Whoever is called answers at such length that reading it takes all the caller's gas. Nomad's
    /// ExcessivelySafeCall.
    function test_ReturndataBomb() public {
        BlockingToken token = new BlockingToken();
        token.setBlocked(artist, true);
        IRoyaltyVault vault = vaultOfThree();
        token.mint(address(vault), 1_000);
        uint256 gas = gasleft();
        vm.expectRevert(SafeTransferLib.TransferFailed.selector);
        vault.claim(address(token), shareOf(0));
        // Making half a megabyte costs 530,000; reading it would cost as much again.
        assertLt(gas - gasleft(), 700_000);

        token.mint(licensee, PRICE);
        vm.prank(licensee);
        token.approve(address(licenses), PRICE);
        ILicenseToken.Order[] memory orders = new ILicenseToken.Order[](2);
        ILicenseToken.Offer memory offer = terms();
        offer.currency = address(token);
        (orders[0], orders[1]) = (seats(offer, 1, 0), seats(terms(), 1, 0));
        vm.prank(licensee);
        bytes32[] memory ids = licenses.buyBasket(orders, true);
        assertEq(ids[0], 0);
        assertEq(ids[1], seatOf(orders[1], 0));
    }

    /// @dev A token keeps a part of each transfer, and the books count the whole. Balancer's STA pool, June 2020.
    function test_FeeOnTransferOvercounted() public {
        FeeToken token = new FeeToken();
        token.mint(licensee, 10_000);
        vm.startPrank(licensee);
        token.approve(address(ledger), 10_000);
        IRoyaltyVault vault = vaultOfThree();
        token.transfer(address(vault), 1_000);
        vm.stopPrank();
        assertEq(vault.received(address(token)), 990);
        for (uint256 i = 0; i < 3; ++i) {
            vault.claim(address(token), shareOf(i));
        }
        assertEq(token.balanceOf(address(vault)), 0);

        ILicenseToken.Grant memory grant = meter(address(token), 10);
        vm.prank(licensee);
        ledger.deposit(grant, 1_000);
        bytes32 id = idOf(grant.offer, licensee, "meter");
        bytes memory signature = voucher(id, 100);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.DepositTooSmall.selector, id, 1_000, 990));
        ledger.settle(grant, delayed(), 100, 100, signature);
        ledger.settle(grant, delayed(), 99, 100, signature);

        IStatementEscrow.Statement memory said = statement(1_000);
        said.currency = address(token);
        token.mint(licensor, 1_000);
        vm.startPrank(licensor);
        token.approve(address(escrow), 1_000);
        vm.expectRevert(
            abi.encodeWithSelector(IStatementEscrow.PaymentNotReceived.selector, address(token), 1_000, 990)
        );
        escrow.publish(said);
    }

    // ---- payouts and meters ----

    /// @dev A pending distribution is put off for ever, by another in its place. Morpho's rewards distributor: its
    /// README says that a pending root is overwritten.
    function test_PendingPayoutReplaced() public {
        dollar.mint(licensor, 10_000);
        vm.prank(licensor);
        dollar.approve(address(escrow), 10_000);
        IStatementEscrow.Statement memory said = statement(1_000);
        vm.prank(licensor);
        bytes32 id = escrow.publish(said);
        // By its publisher, on the last day; or by a stranger in the publisher's name.
        vm.warp(NOW + said.window);
        IStatementEscrow.Statement memory later = statement(1);
        vm.prank(licensor);
        escrow.publish(later);
        said.documentHash = "another";
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IStatementEscrow.NotPublisher.selector, stranger, licensor));
        escrow.publish(said);
        said = statement(1_000);
        vm.warp(NOW + said.window + 1);
        assertEq(escrow.release(said, address(dollar)), 1_000);
        assertEq(dollar.balanceOf(escrow.vaultOf(said)), 1_000);
        assertEq(dollar.balanceOf(escrow.purseOf(id)), 0);
    }

    /// @dev A pending distribution is starved by objections in its last second. Class of finding.
    function test_PendingPayoutStarved() public {
        dollar.mint(licensor, 1_000);
        vm.prank(licensor);
        dollar.approve(address(escrow), 1_000);
        IStatementEscrow.Statement memory said = statement(1_000);
        vm.prank(licensor);
        bytes32 id = escrow.publish(said);
        vm.warp(NOW + said.window);
        for (uint256 i = 0; i < 5; ++i) {
            contest(said);
        }
        vm.warp(NOW + said.window + 1);
        uint256 cost = escrow.openingCost();
        vm.deal(stranger, cost);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IStatementEscrow.WindowOver.selector, id, NOW + said.window));
        escrow.contest{value: cost}(said, 0, "");
        vm.warp(NOW + said.window + TIMEOUT + 1);
        for (uint256 i = 1; i <= 5; ++i) {
            escrow.lapse(i);
        }
        assertEq(escrow.release(said, address(dollar)), 1_000, "the window and the timeout, and no longer");
    }

    function contest(IStatementEscrow.Statement memory said) private {
        uint256 cost = escrow.openingCost();
        vm.deal(stranger, cost);
        vm.prank(stranger);
        escrow.contest{value: cost}(said, 0, "");
    }

    /// @dev What proves a past use is shown again, and paid again. Drips: a history's hash that is used twice.
    function test_HistoryUsedTwice() public {
        ILicenseToken.Grant memory grant = meter(address(dollar), 10);
        bytes32 id = idOf(grant.offer, licensee, "meter");
        dollar.mint(ledger.depositOf(id), 10_000);
        bytes memory signature = voucher(id, 100);
        ledger.settle(grant, delayed(), 100, 100, signature);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.VoucherSpent.selector, id, 100, 100));
        ledger.settle(grant, delayed(), 100, 100, signature);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.UnitsNotSigned.selector, id, 101, 100));
        ledger.settle(grant, delayed(), 101, 100, signature);
        // Nor for another license of the same licensee's.
        ILicenseToken.Offer memory offer = grant.offer;
        bytes memory agreed = signed(offer);
        vm.prank(licensee);
        bytes32 another = licenses.buy(orderOf(offer, agreed, licensee, "another"));
        dollar.mint(ledger.depositOf(another), 10_000);
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.VoucherSignatureInvalid.selector, another, licensee));
        ledger.settle(ILicenseToken.Grant(offer, licensee, "another"), delayed(), 100, 100, signature);
        assertEq(dollar.balanceOf(artist), 1_000);
    }

    /// @dev The payer changes something just before a claim, and the claim fails. Drips, Code4rena contest 2023-01,
    /// M-01.
    function test_PayerFrontRunsTheClaim() public {
        ILicenseToken.Grant memory grant = meter(address(dollar), 10);
        bytes32 id = idOf(grant.offer, licensee, "meter");
        dollar.mint(ledger.depositOf(id), 1_000);
        bytes memory signature = voucher(id, 100);
        // The licensee pays something in, has older units settled, asks for the rest, and waits: nothing breaks the
        // voucher.
        vm.startPrank(licensee);
        dollar.approve(address(ledger), 1);
        ledger.deposit(grant, 1);
        ledger.settle(grant, delayed(), 1, 1, voucher(id, 1));
        ledger.close(grant, delayed());
        vm.expectRevert(abi.encodeWithSelector(IUsageLedger.DepositLocked.selector, id, NOW + DELAY));
        ledger.withdraw(grant, address(dollar));
        vm.warp(NOW + DELAY - 1);
        vm.stopPrank();
        ledger.settle(grant, delayed(), 100, 100, signature);
        assertEq(dollar.balanceOf(artist), 1_000);
    }

    /// @dev Another's account is drawn on by whoever finds its address first. Class of finding.
    function test_EscrowEmptiedByItsFinder() public {
        uint256 caseId = dispute(assetId);
        buy(terms());
        address purse = desk.purseOf(caseId, artist);
        assertEq(dollar.balanceOf(purse), PRICE);
        rule(caseId, 2);
        desk.release(caseId, artist, address(dollar)); // and deploys it
        dollar.mint(purse, 1);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IPurse.NotPurseOwner.selector, stranger));
        IPurse(purse).pay(address(dollar), stranger, 1);
        assertEq(dollar.balanceOf(artist), PRICE);
    }

    // ---- helpers ----

    /// @dev Shares 1 to 7, of 28.
    function vaultOfSeven() private returns (IRoyaltyVault) {
        for (uint256 i = 0; i < 7; ++i) {
            payees.push(address(uint160(0xc00000 + i)));
            shares.push(uint128(i + 1));
        }
        return IRoyaltyVault(factory.deploy(Split.root(payees, shares), 0));
    }

    /// @dev The vault of the present split, with a thousand dollars' units in it.
    function fund() private returns (IRoyaltyVault vault) {
        vault = IRoyaltyVault(factory.deploy(Split.root(payees, shares), 0));
        dollar.mint(address(vault), 1_000);
    }

    function proof(uint256 index) private view returns (IRoyaltyVault.Share memory) {
        return Split.prove(payees, shares, index);
    }

    function refuse(IRoyaltyVault vault, IRoyaltyVault.Share memory share) private {
        vm.expectRevert(abi.encodeWithSelector(IRoyaltyVault.ShareNotInSplit.selector, share.payee, share.share));
        vault.claim(address(dollar), share);
    }

    /// @dev The licensor has what is due to them sent to `to`, until now.
    function claimTo(IRoyaltyVault vault, address to, uint256 releasedTo) private view returns (bytes memory) {
        return claimToIn(vault, address(dollar), to, releasedTo);
    }

    function claimToIn(IRoyaltyVault vault, address token, address to, uint256 releasedTo)
        private
        view
        returns (bytes memory)
    {
        bytes32 structHash = keccak256(abi.encode(CLAIM_TO_TYPEHASH, licensor, token, to, releasedTo, NOW));
        return signed(licensorKey, typed(CHAIN, address(vault), structHash));
    }

    function delayed() private pure returns (ILicenseToken.Conditions memory shown) {
        shown.refundDelay = DELAY;
    }

    /// @dev A metered license of the licensee's, at this price for a unit.
    function meter(address currency, uint256 price) private returns (ILicenseToken.Grant memory) {
        ILicenseToken.Offer memory offer = terms();
        (offer.currency, offer.price) = (currency, price);
        (offer.kind, offer.transferable, offer.conditions) = (ILicenseToken.Kind.Metered, false, hashOf(delayed()));
        buy(offer, "meter");
        return ILicenseToken.Grant(offer, licensee, "meter");
    }

    function voucher(bytes32 id, uint256 units) private view returns (bytes memory) {
        return signed(licenseeKey, typed(CHAIN, address(ledger), keccak256(abi.encode(VOUCHER_TYPEHASH, id, units))));
    }

    /// @dev Published by the licensor, for the vault of three.
    function statement(uint256 amount) private view returns (IStatementEscrow.Statement memory said) {
        (address[] memory who, uint128[] memory parts) = three();
        said.publisher = licensor;
        said.assetId = assetId;
        said.currency = address(dollar);
        (said.amount, said.root, said.window) = (amount, Split.root(who, parts), 3 days);
    }
}
