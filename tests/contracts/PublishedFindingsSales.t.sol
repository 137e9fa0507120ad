// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";
import {stdError} from "forge-std/StdError.sol";
import {Vm} from "forge-std/Vm.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IPermitFirst} from "contracts/interfaces/IPermitFirst.sol";
import {HookedToken} from "contracts/mocks/HookedToken.sol";
import {PhantomToken} from "contracts/mocks/OddTokens.sol";

import {Family} from "./Family.t.sol";
import {IDollar, ILicenses} from "./helpers/System.sol";

/// @dev A registry, ledger and desk of the attacker's: every deed and every license is his.
contract Spoof {
    address private immutable _attacker;
    address public immutable vaultFactory;

    constructor(address attacker, address factory) {
        (_attacker, vaultFactory) = (attacker, factory);
    }

    function ownerOf(uint256) external view returns (address) {
        return _attacker;
    }

    function deedState(bytes32) external view returns (uint256) {
        return uint160(_attacker);
    }

    function usageLedger() external view returns (address) {
        return address(this);
    }

    function disputeDesk() external view returns (address) {
        return address(this);
    }
}

/// @dev What auditors, contests and attackers found in others' sales, tried on these contracts. Each test is named for
/// what was found, and passes because it fails here. `docs/trust.md` lists them; a source that could not be read again
/// is not named.
contract PublishedFindingsSalesTest is Family {
    // ---- terms ----

    /// @dev The seller raises the price while a purchase is pending. Story, protocol-core-v1 issue 183 (2024);
    /// TITLES, Sherlock contest 2024-04, issue 396.
    function test_PriceRaisedBeforeTheSale() public {
        ILicenseToken.Offer memory offer = terms();
        ILicenseToken.Offer memory dearer = terms();
        dearer.price = 100 * PRICE;
        vm.prank(licensor);
        licenses.publishOffer(dearer, conditions());
        buy(offer, "before");
        assertEq(dollar.balanceOf(artist), PRICE, "the price that the buyer saw");

        vm.prank(licensor);
        licenses.cancelOffer(offer);
        refuse(offer, abi.encodeWithSelector(ILicenseToken.OfferIsCancelled.selector, hashOf(offer)));
        assertEq(dollar.balanceOf(artist), PRICE, "or nothing");
    }

    /// @dev What was sold changes when the seller's, or the protocol's, terms do. Story, protocol-core-v1 issue 44
    /// (2024).
    function test_TermsChangedAfterTheSale() public {
        ILicenseToken.Offer memory offer = terms();
        bytes32 id = buy(offer);
        bytes32 before = keccak256(abi.encode(licenses.license(id)));
        ILicenseToken.Offer memory narrower = terms();
        (narrower.uses, narrower.duration) = (2, 1);
        vm.startPrank(licensor);
        licenses.publishOffer(narrower, conditions());
        licenses.cancelOffer(offer);
        registry.cancelOffers(assetId);
        registry.transferFrom(licensor, stranger, uint256(assetId));
        vm.stopPrank();
        assertEq(keccak256(abi.encode(licenses.license(id))), before);
        vm.warp(NOW + DURATION - 1);
        assertTrue(licenses.permits(id, TRAIN));
    }

    /// @dev An old listing sells again when its item comes back to a former holder. OpenSea, January 2022.
    function test_ListingRevivedByAReturn() public {
        ILicenseToken.Offer memory offer = terms();
        vm.prank(licensor);
        licenses.publishOffer(offer, conditions());
        moveDeed(assetId, licensor, stranger);
        moveDeed(assetId, stranger, licensor);
        refuse(offer, "", abi.encodeWithSelector(ILicenseToken.OfferOutdated.selector, assetId, 0, 2));
        refuse(offer, abi.encodeWithSelector(ILicenseToken.OfferOutdated.selector, assetId, 0, 2));
    }

    /// @dev Whom a former holder let act goes on acting for the next one. Story, protocol-core-v1 issue 59 (2024).
    function test_FormerHoldersAgent() public {
        vm.prank(licensor);
        licenses.appointAgent(stranger, PERPETUAL);
        ILicenseToken.Offer memory offer = terms();
        moveDeed(assetId, licensor, artist);
        offer.epoch = 1;
        refuse(
            offer,
            signed(strangerKey, digestOf(offer)),
            abi.encodeWithSelector(ILicenseToken.OfferNotFromHolder.selector, assetId, licensor, artist)
        );
        offer.licensor = artist;
        refuse(
            offer,
            signed(strangerKey, digestOf(offer)),
            abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(offer), artist)
        );
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.NotLicensor.selector, stranger, artist));
        licenses.publishOffer(offer, conditions());
    }

    // ---- price ----

    /// @dev Something is had for nothing: at a price of 0, in a quantity of 0, or where price times quantity goes
    /// round. TreasureDAO's market, March 2022.
    function test_SaleForNothing() public {
        ILicenseToken.Offer memory offer = terms();
        offer.price = 0;
        refuse(
            offer,
            abi.encodeWithSelector(ILicenseToken.OfferPriceInvalid.selector, hashOf(offer), 0, ILicenseToken.Kind.Sale)
        );
        offer.price = PRICE;
        refuseSeats(offer, 0, abi.encodeWithSelector(ILicenseToken.QuantityInvalid.selector, 0, 100));
        offer.price = 1 << 255;
        refuseSeats(offer, 2, stdError.arithmeticError);
        assertEq(licenses.balanceOf(licensee), 0);
    }

    function refuseSeats(ILicenseToken.Offer memory offer, uint256 quantity, bytes memory reason) private {
        ILicenseToken.Order memory order = seats(offer, quantity, 0);
        vm.prank(licensee);
        vm.expectRevert(reason);
        licenses.buy(order);
    }

    /// @dev A batch is paid as if it were one. TITLES, Sherlock contest 2024-04, issue 247.
    function test_BatchPaidOnce() public {
        ILicenseToken.Order memory order = seats(terms(), 100, 0);
        vm.prank(licensee);
        licenses.buy(order);
        assertEq(licenses.balanceOf(licensee), 100);
        assertEq(dollar.balanceOf(artist), 100 * PRICE);
    }

    /// @dev The coin sent along counts for each call of a batch. Opyn, August 2020; SushiSwap's MISO, August 2021.
    function test_ValueCountedTwiceInABatch() public {
        ILicenseToken.Order[] memory orders = new ILicenseToken.Order[](2);
        orders[0] = seats(nativeTerms(), 1, 0);
        orders[1] = seats(nativeTerms(), 1, "another");
        vm.deal(address(licenses), 5 ether); // coin that went astray, to pay the second from
        vm.deal(licensee, 1 ether);
        vm.startPrank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.WrongValue.selector, 0, 1 ether));
        licenses.buyBasket{value: 1 ether}(orders, false);
        bytes32[] memory ids = licenses.buyBasket{value: 1 ether}(orders, true);
        assertEq(ids[0], seatOf(orders[0], 0));
        assertEq(ids[1], 0);
        assertEq(address(licenses).balance, 5 ether);
    }

    /// @dev One id twice in a batch counts twice. Story, protocol-core-v1 pull request 297 and Halborn's audit (2024).
    function test_RepeatedIdInABatch() public {
        ILicenseToken.Order[] memory orders = new ILicenseToken.Order[](2);
        orders[0] = seats(terms(), 1, 0);
        orders[1] = orders[0];
        vm.startPrank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.LicenseAlreadySold.selector, seatOf(orders[0], 0)));
        licenses.buyBasket(orders, false);
        assertEq(licenses.buyBasket(orders, true)[1], 0);
        assertEq(dollar.balanceOf(artist), PRICE, "paid once");
        assertEq(licenses.balanceOf(licensee), 1, "sold once");
    }

    /// @dev A subscription runs on, and was not paid. Class of finding.
    function test_TermExtendedWithoutPaying() public {
        ILicenseToken.Offer memory offer = terms();
        offer.kind = ILicenseToken.Kind.Subscription;
        ILicenseToken.Order memory order = seats(offer, 1, 0);
        bytes32 id = buy(offer);
        vm.prank(stranger);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        licenses.renew(order);
        order.quantity = 0;
        vm.prank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.QuantityInvalid.selector, 0, 100));
        licenses.renew(order);
        offer.price = 1;
        order = orderOf(offer, signed(strangerKey, digestOf(offer)), licensee, 0);
        vm.prank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(offer), licensor));
        licenses.renew(order);
        assertEq(licenses.license(id).expires, NOW + DURATION);
    }

    // ---- who pays ----

    /// @dev The log names a payer who did not pay. Story, protocol-core-v1, tried on its code.
    function test_PayerNamedByAnother() public {
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSignature("NotSelf(address)", stranger));
        licenses.sellApart(order, licensee, 0);

        dollar.mint(stranger, PRICE);
        vm.startPrank(stranger);
        dollar.approve(address(licenses), PRICE);
        vm.recordLogs();
        licenses.buy(order);
        assertEq(loggedPayer(), stranger, "who calls pays");
        vm.stopPrank();

        order = seats(terms(), 1, "another");
        ILicenseToken.Authorization memory authorization = authorize(licenseeKey, order);
        vm.recordLogs();
        vm.prank(stranger);
        licenses.buyWithAuthorization(order, authorization);
        assertEq(loggedPayer(), licensee, "who signs pays");
    }

    function loggedPayer() private returns (address payer) {
        Vm.Log[] memory logs = vm.getRecordedLogs();
        for (uint256 i = 0; i < logs.length; ++i) {
            if (logs[i].topics[0] == ILicenseToken.Sold.selector) (payer) = abi.decode(logs[i].data, (address));
        }
    }

    /// @dev A token without `permit`, whose fallback takes any call, lets another's allowance be spent. Multichain
    /// (Dedaub, January 2022).
    function test_AllowanceSpentThroughAPhantomPermit() public {
        PhantomToken token = new PhantomToken();
        token.mint(licensee, PRICE);
        vm.prank(licensee);
        token.approve(address(licenses), PRICE);

        ILicenseToken.Offer memory offer = terms();
        (offer.currency, offer.payee) = (address(token), stranger);
        ILicenseToken.Order memory order = orderOf(offer, signed(offer), stranger, 0);
        vm.startPrank(stranger);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        licenses.buyWithPermit(order, IPermitFirst.Permit(NOW, 27, "r", "s"));
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.PaymentNotReceived.selector, address(token), PRICE, 0));
        licenses.buyWithAuthorization(order, ILicenseToken.Authorization(licensee, 0, NOW, 27, "r", "s"));
        assertEq(token.balanceOf(licensee), PRICE);
    }

    /// @dev Whoever submits a permit first breaks the call that it was made for. Trust Security, "Permission denied".
    function test_PermitSubmittedFirst() public {
        vm.prank(licensee);
        dollar.approve(address(licenses), 0);
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        IPermitFirst.Permit memory permit = permitFor(licenseeKey, PRICE, NOW);
        vm.prank(stranger);
        dollar.permit(licensee, address(licenses), PRICE, permit.deadline, permit.v, permit.r, permit.s);
        vm.prank(licensee);
        licenses.buyWithPermit(order, permit);
        assertEq(dollar.balanceOf(artist), PRICE);
        assertEq(dollar.allowance(licensee, address(licenses)), 0);
    }

    /// @dev A signature that does not name the whole call is used for another. Story's periphery (Halborn, 2025).
    function test_AuthorizationTakenForAnotherCall() public {
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        ILicenseToken.Authorization memory authorization = authorize(licenseeKey, order);
        ILicenseToken.Order memory mine = seats(terms(), 1, 0);
        mine.licensee = stranger;
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IDollar.AuthorizationSignatureInvalid.selector, licensee));
        licenses.buyWithAuthorization(mine, authorization);
        bytes32 nonce = nonceOf(order, licensee);
        vm.expectRevert(abi.encodeWithSelector(IDollar.AuthorizationNotForCaller.selector, stranger, address(licenses)));
        dollar.receiveWithAuthorization(
            licensee,
            address(licenses),
            PRICE,
            authorization.validAfter,
            authorization.validBefore,
            nonce,
            authorization.v,
            authorization.r,
            authorization.s
        );
        // What is left to the stranger is to pay the gas.
        licenses.buyWithAuthorization(order, authorization);
        assertEq(licenses.ownerOf(uint256(seatOf(order, 0))), licensee);
        assertEq(dollar.balanceOf(artist), PRICE);
    }

    // ---- who holds what ----

    /// @dev Anyone registers anyone's work first, and keeps its author out. Story, protocol-core-v1 pull request 9
    /// (2024).
    function test_RegistrationSquattedByFrontRun() public {
        bytes32 song = keccak256("a song");
        bytes32 squatted = registerAs(stranger, song);
        bytes32 own = registerAs(licensor, song);
        assertTrue(own != squatted);
        assertEq(registry.deed(own).holder, licensor);
        ILicenseToken.Offer memory offer = terms();
        (offer.licensor, offer.assetId, offer.payee) = (stranger, own, stranger);
        refuse(
            offer,
            signed(strangerKey, digestOf(offer)),
            abi.encodeWithSelector(ILicenseToken.OfferNotFromHolder.selector, own, stranger, licensor)
        );
    }

    /// @dev Whoever proposes another's proposal first owns it, and cancels it. OpenZeppelin's Governor,
    /// GHSA-5h3x-9wvq-w4m2 (Coinspect, 2023).
    function test_ProposalTakenByFrontRun() public {
        bytes32 song = keccak256("a song");
        bytes memory signature = signed(
            licensorKey,
            typed(
                CHAIN,
                address(registry),
                keccak256(
                    abi.encode(REGISTRATION_TYPEHASH, licensor, song, uint64(0), bytes32(0), keccak256(""), 0, NOW)
                )
            )
        );
        vm.startPrank(stranger);
        bytes32 id = registry.registerFor(licensor, work(song), NOW, signature);
        assertEq(registry.deed(id).holder, licensor, "the stranger only paid the gas");

        ILicenseToken.Offer memory offer = terms();
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.NotLicensor.selector, stranger, licensor));
        licenses.publishOffer(offer, conditions());
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.NotLicensor.selector, stranger, licensor));
        licenses.cancelOffer(offer);
        offer.licensor = stranger;
        licenses.cancelOffer(offer); // his own, which nobody could buy
        vm.stopPrank();
        buy(terms());
    }

    /// @dev A contract that answers `ownerOf` as the attacker likes stands for the owner. Class of finding.
    function test_SpoofedOwner() public {
        Spoof spoof = new Spoof(stranger, address(factory));
        ILicenses rogue = ILicenses(deployCode("LicenseToken.sol:LicenseToken", abi.encode(spoof)));
        ILicenseToken.Offer memory offer = derivable();
        (offer.licensor, offer.price, offer.kind) = (stranger, 0, ILicenseToken.Kind.Free);
        ILicenseToken.Order memory order =
            orderOf(offer, signed(strangerKey, typed(CHAIN, address(rogue), hashOf(offer))), remixer, 0);
        rogue.buy(order);
        assertTrue(rogue.permits(seatOf(order, 0), DERIVE), "so says the attacker's system");

        assertFalse(licenses.permits(seatOf(order, 0), DERIVE));
        IAssetRegistry.Parent[] memory parents = new IAssetRegistry.Parent[](1);
        parents[0].grant = ILicenseToken.Grant(offer, remixer, 0);
        parents[0].conditions = conditions();
        giveShares(artist, 250);
        parents[0].share = proof(0);
        refuseDerivative(parents, abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, seatOf(order, 0)));
        vm.prank(address(rogue));
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.NotLicenseToken.selector, address(rogue)));
        registry.grantExclusive(assetId, 0, FOREVER);
        vm.prank(address(spoof));
        vm.expectRevert(abi.encodeWithSelector(IAssetRegistry.NotDisputeDesk.selector, address(spoof)));
        registry.flag(assetId, 16, 1);
    }

    /// @dev Moved to whom it came from, a token is there twice. bZx, September 2020.
    function test_TokenDoubledByASelfTransfer() public {
        bytes32 id = buy(terms());
        vm.prank(licensee);
        licenses.transferFrom(licensee, licensee, uint256(id));
        assertEq(licenses.balanceOf(licensee), 1);
        moveDeed(assetId, licensor, licensor);
        assertEq(registry.balanceOf(licensor), 1);
        assertEq(epochOf(assetId), 1, "and offers made before are void");

        ILicenseToken.Offer memory offer = terms();
        (offer.epoch, offer.payee) = (1, licensee);
        uint256 before = dollar.balanceOf(licensee);
        buy(offer, "to oneself");
        assertEq(dollar.balanceOf(licensee), before, "a payment to oneself makes nobody richer");
    }

    // ---- time ----

    /// @dev One second early, or late. Class of finding.
    function test_ExpiryOffByOne() public {
        ILicenseToken.Offer memory offer = terms();
        (offer.start, offer.end) = (uint40(NOW + 1), uint40(NOW + 10));
        refuse(offer, abi.encodeWithSelector(ILicenseToken.OfferNotStarted.selector, hashOf(offer), NOW + 1, NOW));
        vm.warp(NOW + 1);
        bytes32 id = buy(offer, "first second");
        vm.warp(NOW + 10);
        buy(offer, "last second");
        vm.warp(NOW + 11);
        refuse(offer, abi.encodeWithSelector(ILicenseToken.OfferExpired.selector, hashOf(offer), NOW + 10, NOW + 11));

        uint256 expires = NOW + 1 + DURATION;
        assertEq(licenses.license(id).expires, expires);
        vm.warp(expires - 1);
        assertTrue(licenses.permits(id, TRAIN));
        vm.warp(expires);
        assertFalse(licenses.permits(id, TRAIN));
    }

    /// @dev A license that ran out is used on. Story: expired terms were taken (Halborn, 2024), and a license of one
    /// day served two years later, tried on its code.
    function test_LicenseUsedAfterItExpired() public {
        ILicenseToken.Conditions memory shown = conditions();
        shown.sublicensable = true;
        IAssetRegistry.Parent[] memory parents = oneParent(shown);
        bytes32 id = licenseOf(parents[0]);
        vm.warp(NOW + DURATION);
        assertFalse(licenses.permits(id, TRAIN));
        assertFalse(licenses.permitsAsset(parents[0].grant, TRAIN, assetId));
        refuseDerivative(
            parents, abi.encodeWithSelector(IAssetRegistry.ParentLicenseInvalid.selector, id, remixer, DERIVE)
        );
        IAssetRegistry.Derivation memory made;
        made.sources = new bytes32[](1);
        made.sources[0] = id;
        refuseDerivative(
            made, abi.encodeWithSelector(IAssetRegistry.ParentLicenseInvalid.selector, id, remixer, TRAIN | DERIVE)
        );
        vm.prank(remixer);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.LicenseExpired.selector, id, NOW + DURATION));
        licenses.grantSublicense(
            parents[0].grant, shown, ILicenseToken.Sublicense(licensee, 2, uint40(NOW + DURATION + 1), 0)
        );
    }

    // ---- re-entrancy ----

    /// @dev The currency calls back in the middle of a sale. Class of finding.
    function test_SaleReentered() public {
        HookedToken token = new HookedToken();
        token.mint(licensee, 10 * PRICE);
        vm.prank(licensee);
        token.approve(address(licenses), type(uint256).max);
        ILicenseToken.Offer memory offer = terms();
        (offer.currency, offer.supply) = (address(token), 1);
        ILicenseToken.Order memory order = seats(offer, 1, 0);
        token.arm(address(licenses), abi.encodeCall(licenses.buy, (order)));
        vm.prank(licensee);
        licenses.buy(order);
        assertTrue(token.acted());
        assertEq(token.answer(), abi.encodeWithSelector(ILicenseToken.OfferSoldOut.selector, hashOf(offer), 1));
        assertEq(licenses.offerState(hashOf(offer)).sold, 1);
        assertEq(token.balanceOf(artist), PRICE);
    }
}
