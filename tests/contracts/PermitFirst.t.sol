// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IPermitFirst} from "contracts/interfaces/IPermitFirst.sol";
import {SilentToken} from "contracts/mocks/OddTokens.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {Base} from "./Base.t.sol";

contract PermitFirstTest is Base {
    uint256 private constant DEADLINE = NOW + 1 hours;

    function setUp() public override {
        super.setUp();
        vm.startPrank(licensee);
        dollar.approve(address(licenses), 0);
        dollar.approve(address(ledger), 0);
        vm.stopPrank();
    }

    function test_ABasketIsBoughtOnOnePermit() public {
        ILicenseToken.Order[] memory orders = basket();
        IPermitFirst.Permit memory permit = permitFor(licenseeKey, 2 * PRICE, DEADLINE);
        vm.prank(licensee);
        licenses.permitFirst(address(dollar), 2 * PRICE, permit, abi.encodeCall(licenses.buyBasket, (orders, false)));
        assertEq(licenses.balanceOf(licensee), 2);
        assertEq(dollar.balanceOf(artist), 2 * PRICE);
        assertEq(dollar.allowance(licensee, address(licenses)), 0);
    }

    function test_ItAnswersWhatTheActionDoes() public {
        ILicenseToken.Order[] memory orders = basket();
        IPermitFirst.Permit memory permit = permitFor(licenseeKey, 2 * PRICE, DEADLINE);
        bytes memory action = abi.encodeCall(licenses.buyBasket, (orders, false));
        bytes memory call = abi.encodeCall(licenses.permitFirst, (address(dollar), 2 * PRICE, permit, action));
        vm.prank(licensee);
        (bool ok, bytes memory answer) = address(licenses).call(call);
        assertTrue(ok);
        bytes32[] memory ids = abi.decode(answer, (bytes32[]));
        assertEq(licenses.ownerOf(uint256(ids[1])), licensee);
    }

    function test_ASubscriptionIsRenewedOnAPermit() public {
        ILicenseToken.Offer memory offer = terms();
        offer.kind = ILicenseToken.Kind.Subscription;
        ILicenseToken.Order memory order = orderOf(offer, signed(offer), licensee, "term");
        vm.startPrank(licensee);
        dollar.approve(address(licenses), PRICE);
        licenses.buy(order);
        IPermitFirst.Permit memory permit = permitFor(licenseeKey, PRICE, DEADLINE);
        licenses.permitFirst(address(dollar), PRICE, permit, abi.encodeCall(licenses.renew, (order)));
        vm.stopPrank();
        assertEq(dollar.balanceOf(artist), 2 * PRICE);
        assertEq(licenses.license(idOf(offer, licensee, "term")).expires, NOW + 2 * uint256(offer.duration));
    }

    function test_ADepositIsPaidOnAPermit() public {
        ILicenseToken.Grant memory grant = metered();
        IPermitFirst.Permit memory permit = permitTo(address(ledger), licenseeKey, 500, DEADLINE);
        bytes memory action = abi.encodeCall(ledger.deposit, (grant, 500));
        vm.prank(licensee);
        ledger.permitFirst(address(dollar), 500, permit, action);
        assertEq(dollar.balanceOf(ledger.depositOf(idOf(grant))), 500);
        assertEq(dollar.allowance(licensee, address(ledger)), 0);
    }

    function test_SeveralCurrenciesAreSeveralPermits() public {
        ILicenseToken.Order[] memory orders = basket();
        bytes memory action = abi.encodeCall(licenses.buyBasket, (orders, false));
        IPermitFirst.Permit memory permit = permitFor(licenseeKey, 2 * PRICE, DEADLINE);
        action = abi.encodeCall(licenses.permitFirst, (address(dollar), 2 * PRICE, permit, action));
        vm.prank(licensee);
        licenses.permitFirst(address(new SilentToken()), 1, IPermitFirst.Permit(DEADLINE, 27, 0, 0), action);
        assertEq(licenses.balanceOf(licensee), 2);
    }

    function test_APermitThatAStrangerSubmittedDoesItsWork() public {
        ILicenseToken.Order[] memory orders = basket();
        IPermitFirst.Permit memory permit = permitFor(licenseeKey, 2 * PRICE, DEADLINE);
        vm.prank(stranger);
        dollar.permit(licensee, address(licenses), 2 * PRICE, permit.deadline, permit.v, permit.r, permit.s);
        vm.prank(licensee);
        licenses.permitFirst(address(dollar), 2 * PRICE, permit, abi.encodeCall(licenses.buyBasket, (orders, false)));
        assertEq(licenses.balanceOf(licensee), 2);
    }

    function test_ACurrencyWithoutCodeIsPassedOver() public {
        ILicenseToken.Offer memory offer = freeTerms();
        ILicenseToken.Order memory order = orderOf(offer, signed(offer), licensee, 0);
        vm.prank(licensee);
        licenses.permitFirst(
            address(0), 1, IPermitFirst.Permit(DEADLINE, 27, 0, 0), abi.encodeCall(licenses.buy, (order))
        );
        assertEq(licenses.balanceOf(licensee), 1);
    }

    function test_RevertWhen_NothingIsAllowed() public {
        bytes memory action = abi.encodeCall(licenses.buyBasket, (basket(), false));
        IPermitFirst.Permit memory permit = permitFor(strangerKey, 2 * PRICE, DEADLINE);
        vm.prank(licensee);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        licenses.permitFirst(address(dollar), 2 * PRICE, permit, action);
    }

    /// @dev The licensee's permit, in a stranger's hands, allows nothing that the stranger would pay with.
    function test_RevertWhen_AStrangerUsesAnothersPermit() public {
        bytes memory action = abi.encodeCall(licenses.buyBasket, (basket(), false));
        IPermitFirst.Permit memory permit = permitFor(licenseeKey, 2 * PRICE, DEADLINE);
        vm.prank(stranger);
        vm.expectRevert(SafeTransferLib.TransferFromFailed.selector);
        licenses.permitFirst(address(dollar), 2 * PRICE, permit, action);
        assertEq(dollar.allowance(licensee, address(licenses)), 0);
    }

    /// @dev The caller stays the caller: what only this contract may call of itself, they may not.
    function test_RevertWhen_TheActionIsNotTheCallers() public {
        ILicenseToken.Order[] memory orders = basket();
        IPermitFirst.Permit memory permit = IPermitFirst.Permit(DEADLINE, 27, 0, 0);
        bytes memory action = abi.encodeCall(licenses.sellApart, (orders[0], licensee, 0));
        vm.prank(stranger);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.NotSelf.selector, stranger));
        licenses.permitFirst(address(dollar), PRICE, permit, action);

        ILicenseToken.Grant memory grant = metered();
        action = abi.encodeCall(ledger.close, (grant, conditions()));
        bytes memory reason =
            abi.encodeWithSelector(ILicenseToken.NotLicensee.selector, idOf(grant), stranger, licensee);
        vm.prank(stranger);
        vm.expectRevert(reason);
        ledger.permitFirst(address(dollar), 1, permit, action);
    }

    function test_RevertWhen_CoinIsSentAlong() public {
        ILicenseToken.Offer memory offer = nativeTerms();
        bytes memory action = abi.encodeCall(licenses.buy, (orderOf(offer, signed(offer), licensee, 0)));
        IPermitFirst.Permit memory permit = IPermitFirst.Permit(DEADLINE, 27, 0, 0);
        bytes memory call = abi.encodeCall(licenses.permitFirst, (address(dollar), 1, permit, action));
        vm.deal(licensee, offer.price);
        vm.prank(licensee);
        (bool ok,) = address(licenses).call{value: offer.price}(call);
        assertFalse(ok);
    }

    function basket() private view returns (ILicenseToken.Order[] memory orders) {
        ILicenseToken.Offer memory offer = terms();
        orders = new ILicenseToken.Order[](2);
        orders[0] = orderOf(offer, signed(offer), licensee, "one");
        orders[1] = orderOf(offer, signed(offer), licensee, "two");
    }

    function metered() private returns (ILicenseToken.Grant memory) {
        ILicenseToken.Offer memory offer = terms();
        offer.kind = ILicenseToken.Kind.Metered;
        offer.transferable = false;
        offer.price = 3;
        ILicenseToken.Order memory order = orderOf(offer, signed(offer), licensee, "metered");
        vm.prank(licensee);
        licenses.buy(order);
        return ILicenseToken.Grant(offer, licensee, "metered");
    }
}
