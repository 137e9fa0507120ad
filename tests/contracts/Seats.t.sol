// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IPermitFirst} from "contracts/interfaces/IPermitFirst.sol";
import {ERC721} from "solady/tokens/ERC721.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";
import {stdError} from "forge-std/StdError.sol";

import {Base} from "./Base.t.sol";

/// @dev Several licenses on one offer, in one sale.
contract SeatsTest is Base {
    // ---- what a sale of seats does ----

    function test_SellsSeatsForOnePayment() public {
        ILicenseToken.Order memory order = seats(terms(), 3, "salt");
        for (uint256 seat = 0; seat < 3; ++seat) {
            vm.expectEmit(address(licenses));
            emit IERC721.Transfer(address(0), licensee, uint256(seatOf(order, seat)));
        }
        vm.expectEmit(address(licenses));
        emit ILicenseToken.Sold(seatOf(order, 0), assetId, licensee, licensee, "salt", 3, order.offer, order.signature);
        vm.expectEmit(address(dollar));
        emit IERC20.Transfer(licensee, artist, 3 * PRICE);
        vm.prank(licensee);
        assertEq(licenses.buy(order), seatOf(order, 0));
        assertEq(dollar.balanceOf(artist), 3 * PRICE);
        assertEq(licenses.balanceOf(licensee), 3);
    }

    /// @dev Each seat is the license that an order of one with its salt would have been.
    function testFuzz_EachSeatIsALicenseOfItsOwn(uint256 quantity, bytes32 salt) public {
        quantity = bound(quantity, 1, 100);
        ILicenseToken.Order memory order = seats(terms(), quantity, salt);
        buyAsLicensee(order, 0);
        for (uint256 seat = 0; seat < quantity; ++seat) {
            ILicenseToken.License memory license = licenses.license(seatOf(order, seat));
            assertEq(license.holder, licensee);
            assertEq(license.expires, NOW + DURATION);
            assertEq(license.uses, TRAIN);
            assertFalse(license.bound);
        }
        refuseUnknown(order, quantity);
        assertEq(licenses.balanceOf(licensee), quantity);
        assertEq(dollar.balanceOf(artist), quantity * PRICE);
    }

    function test_SaltsGoRound() public {
        ILicenseToken.Order memory order = seats(terms(), 3, bytes32(type(uint256).max - 1));
        buyAsLicensee(order, 0);
        assertTrue(licenses.permits(idOf(order.offer, licensee, bytes32(type(uint256).max - 1)), TRAIN));
        assertTrue(licenses.permits(idOf(order.offer, licensee, bytes32(type(uint256).max)), TRAIN));
        assertTrue(licenses.permits(idOf(order.offer, licensee, 0), TRAIN));
        assertFalse(licenses.permits(idOf(order.offer, licensee, bytes32(uint256(1))), TRAIN));
    }

    function test_SeatsMoveOneByOne() public {
        ILicenseToken.Order memory order = seats(terms(), 2, 0);
        buyAsLicensee(order, 0);
        bytes32 moved = seatOf(order, 1);
        vm.prank(licensee);
        licenses.transferFrom(licensee, stranger, uint256(moved));
        assertEq(licenses.ownerOf(uint256(moved)), stranger);
        assertEq(licenses.ownerOf(uint256(seatOf(order, 0))), licensee);
    }

    function test_SellsFreeSeats() public {
        ILicenseToken.Offer memory offer = freeTerms();
        offer.currency = address(0);
        buyAsLicensee(seats(offer, 100, 0), 0);
        assertEq(licenses.balanceOf(licensee), 100);
    }

    function test_SeatsForNativeCoin() public {
        ILicenseToken.Order memory order = seats(nativeTerms(), 3, 0);
        vm.deal(licensee, 10 ether);
        refuseSeats(order, 1 ether, abi.encodeWithSelector(ILicenseToken.WrongValue.selector, 1 ether, 3 ether));
        refuseSeats(order, 4 ether, abi.encodeWithSelector(ILicenseToken.WrongValue.selector, 4 ether, 3 ether));
        buyAsLicensee(order, 3 ether);
        assertEq(artist.balance, 3 ether);
        assertEq(address(licenses).balance, 0);
    }

    function test_APermitIsForAllSeats() public {
        vm.prank(licensee);
        dollar.approve(address(licenses), 0);
        ILicenseToken.Order memory order = seats(terms(), 3, 0);
        IPermitFirst.Permit memory permit = permitFor(licenseeKey, PRICE, NOW);
        vm.prank(licensee);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        licenses.buyWithPermit(order, permit);
        permit = permitFor(licenseeKey, 3 * PRICE, NOW);
        vm.prank(licensee);
        licenses.buyWithPermit(order, permit);
        assertEq(dollar.balanceOf(artist), 3 * PRICE);
        assertEq(dollar.allowance(licensee, address(licenses)), 0);
        assertEq(licenses.balanceOf(licensee), 3);
    }

    function test_RevertWhen_APermitIsForSeatsInNativeCoin() public {
        ILicenseToken.Order memory order = seats(nativeTerms(), 3, 0);
        vm.prank(licensee);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.WrongValue.selector, 0, 3 ether));
        licenses.buyWithPermit(order, IPermitFirst.Permit(NOW, 27, 0, 0));
    }

    // ---- how many ----

    function testFuzz_RevertWhen_NoneOrTooManyAreAskedFor(uint256 quantity) public {
        if (quantity != 0) quantity = bound(quantity, 101, type(uint256).max);
        ILicenseToken.Order memory order = seats(freeTerms(), quantity, 0);
        refuseSeats(order, 0, abi.encodeWithSelector(ILicenseToken.QuantityInvalid.selector, quantity, 100));
        ILicenseToken.Authorization memory authorization = ILicenseToken.Authorization(licensee, 0, NOW + 1, 27, 0, 0);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.QuantityInvalid.selector, quantity, 100));
        licenses.buyWithAuthorization(order, authorization);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.QuantityInvalid.selector, quantity, 100));
        licenses.buyWithPermit(order, IPermitFirst.Permit(NOW, 27, 0, 0));
    }

    function test_RevertWhen_NoneOr101AreAskedFor() public {
        refuseSeats(seats(terms(), 0, 0), 0, abi.encodeWithSelector(ILicenseToken.QuantityInvalid.selector, 0, 100));
        refuseSeats(seats(terms(), 101, 0), 0, abi.encodeWithSelector(ILicenseToken.QuantityInvalid.selector, 101, 100));
        buyAsLicensee(seats(terms(), 100, 0), 0);
    }

    function test_ExclusiveIsSoldSingly() public {
        ILicenseToken.Offer memory offer = terms();
        offer.exclusive = true;
        refuseSeats(seats(offer, 0, 0), 0, abi.encodeWithSelector(ILicenseToken.QuantityInvalid.selector, 0, 1));
        refuseSeats(seats(offer, 2, 0), 0, abi.encodeWithSelector(ILicenseToken.QuantityInvalid.selector, 2, 1));
        assertEq(exclusiveUntil(assetId), 0);
        buyAsLicensee(seats(offer, 1, 0), 0);
        assertEq(exclusiveUntil(assetId), NOW + DURATION);
    }

    function test_SeatsCountAgainstTheSupply() public {
        ILicenseToken.Offer memory offer = terms();
        offer.supply = 5;
        refuseSeats(
            seats(offer, 6, 0), 0, abi.encodeWithSelector(ILicenseToken.OfferSoldOut.selector, hashOf(offer), 5)
        );
        buyAsLicensee(seats(offer, 3, 0), 0);
        assertEq(licenses.offerState(hashOf(offer)).sold, 3);
        refuseSeats(
            seats(offer, 3, "more"), 0, abi.encodeWithSelector(ILicenseToken.OfferSoldOut.selector, hashOf(offer), 5)
        );
        buyAsLicensee(seats(offer, 2, "more"), 0);
        assertEq(licenses.offerState(hashOf(offer)).sold, 5);
        refuseSeats(
            seats(offer, 1, "last"), 0, abi.encodeWithSelector(ILicenseToken.OfferSoldOut.selector, hashOf(offer), 5)
        );
    }

    function testFuzz_NoMoreSeatsThanSupplied(uint32 supply, uint256[8] calldata quantities) public {
        supply = uint32(bound(supply, 1, 500));
        ILicenseToken.Offer memory offer = terms();
        offer.supply = supply;
        uint256 sold = 0;
        for (uint256 i = 0; i < quantities.length; ++i) {
            uint256 quantity = bound(quantities[i], 1, 100);
            ILicenseToken.Order memory order = seats(offer, quantity, bytes32(i << 128));
            if (sold + quantity > supply) {
                refuseSeats(
                    order, 0, abi.encodeWithSelector(ILicenseToken.OfferSoldOut.selector, hashOf(offer), supply)
                );
            } else {
                buyAsLicensee(order, 0);
                sold += quantity;
            }
            assertEq(licenses.offerState(hashOf(offer)).sold, sold);
            assertEq(licenses.balanceOf(licensee), sold);
        }
    }

    /// @dev A supply at the end of its 32 bits does not overflow.
    function test_TheLargestSupply() public {
        ILicenseToken.Offer memory offer = terms();
        offer.supply = type(uint32).max;
        buyAsLicensee(seats(offer, 100, 0), 0);
        assertEq(licenses.offerState(hashOf(offer)).sold, 100);
    }

    function test_RevertWhen_ThePriceOverflows() public {
        ILicenseToken.Offer memory offer = terms();
        offer.price = 1 << 255;
        refuseSeats(seats(offer, 2, 0), 0, stdError.arithmeticError);
        offer.currency = address(0);
        refuseSeats(seats(offer, 2, 0), 0, stdError.arithmeticError);
    }

    // ---- sold before ----

    /// @dev A seat that was sold stops the whole order; the seats on either side sell.
    function test_RevertWhen_SeatsOverlap() public {
        ILicenseToken.Offer memory offer = terms();
        bytes32 sold = idOf(offer, licensee, bytes32(uint256(10)));
        buy(offer, bytes32(uint256(10)));
        for (uint256 salt = 8; salt <= 10; ++salt) {
            refuseSeats(
                seats(offer, 3, bytes32(salt)),
                0,
                abi.encodeWithSelector(ILicenseToken.LicenseAlreadySold.selector, sold)
            );
        }
        assertEq(licenses.balanceOf(licensee), 1);
        assertEq(dollar.balanceOf(artist), PRICE);
        buyAsLicensee(seats(offer, 3, bytes32(uint256(7))), 0);
        buyAsLicensee(seats(offer, 3, bytes32(uint256(11))), 0);
        assertEq(licenses.balanceOf(licensee), 7);
    }

    function testFuzz_RevertWhen_SeatsOverlap(uint256 first, uint256 second, uint256 quantity, uint256 shift) public {
        quantity = bound(quantity, 1, 20);
        second = bound(second, 1, 20);
        shift = bound(shift, 0, quantity + second - 2);
        buyAsLicensee(seats(terms(), quantity, bytes32(first)), 0);
        unchecked {
            // The second lot's seats begin `second - 1` before the first lot's to `quantity - 1` after.
            ILicenseToken.Order memory order = seats(terms(), second, bytes32(first + shift - (second - 1)));
            uint256 from = shift < second ? first : uint256(order.salt);
            bytes32 met = idOf(terms(), licensee, bytes32(from));
            refuseSeats(order, 0, abi.encodeWithSelector(ILicenseToken.LicenseAlreadySold.selector, met));
        }
    }

    function test_AnotherLicenseesSeatsAreOthers() public {
        ILicenseToken.Order memory order = seats(terms(), 3, 0);
        buyAsLicensee(order, 0);
        order.licensee = stranger;
        buyAsLicensee(order, 0);
        assertEq(licenses.balanceOf(stranger), 3);
    }

    function test_RevertWhen_NobodyGetsTheSeats() public {
        ILicenseToken.Order memory order = seats(terms(), 3, 0);
        order.licensee = address(0);
        refuseSeats(order, 0, abi.encodeWithSelector(ERC721.TransferToZeroAddress.selector));
    }

    // ---- heads and gas ----

    function testFuzz_TheLogsLeadToTheHead(uint256 quantity, bytes32 salt) public {
        quantity = bound(quantity, 1, 100);
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        buyAsLicensee(seats(terms(), quantity, salt), 0);
        assertHeads(registryBefore, licensesBefore);
        assertEq(uint256(licenses.head()) >> 216, quantity + 1);
    }

    function test_AHundredSeatsFitIntoATransaction() public {
        bytes memory call = abi.encodeCall(licenses.buy, (seats(terms(), 100, 0)));
        vm.prank(licensee);
        uint256 gas = gasleft();
        (bool ok,) = address(licenses).call(call);
        gas -= gasleft();
        assertTrue(ok);
        assertLt(gas + intrinsicGas(call), 9_000_000);
    }

    // ---- helpers ----

    function buyAsLicensee(ILicenseToken.Order memory order, uint256 value) private {
        vm.prank(licensee);
        licenses.buy{value: value}(order);
    }

    function refuseSeats(ILicenseToken.Order memory order, uint256 value, bytes memory reason) private {
        vm.prank(licensee);
        vm.expectRevert(reason);
        licenses.buy{value: value}(order);
    }

    function refuseUnknown(ILicenseToken.Order memory order, uint256 seat) private {
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.LicenseUnknown.selector, seatOf(order, seat)));
        licenses.license(seatOf(order, seat));
    }
}
