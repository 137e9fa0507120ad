// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";
import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {GreedyPayee} from "contracts/mocks/BadPayees.sol";
import {HookedToken} from "contracts/mocks/HookedToken.sol";
import {BlockingToken, FeeToken, PhantomToken, SilentToken} from "contracts/mocks/OddTokens.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";
import {stdError} from "forge-std/StdError.sol";

import {Base} from "./Base.t.sol";
import {IDollar, ILicenses} from "./helpers/System.sol";

/// @dev The licensee signs an EIP-3009 authorization, a relayer submits it. It pays for one order and nothing else.
contract BuyWithAuthorizationTest is Base {
    function setUp() public override {
        super.setUp();
        vm.prank(licensee);
        dollar.approve(address(licenses), 0);
    }

    // ---- what a sale does ----

    function test_SellsForTheSignersMoney() public {
        ILicenseToken.Order memory order = seats(terms(), 1, "salt");
        bytes32 id = seatOf(order, 0);
        uint256 before = dollar.balanceOf(licensee);
        vm.expectEmit(address(licenses));
        emit IERC721.Transfer(address(0), licensee, uint256(id));
        vm.expectEmit(address(licenses));
        emit ILicenseToken.Sold(id, assetId, licensee, licensee, "salt", 1, order.offer, order.signature);
        vm.expectEmit(address(dollar));
        emit IDollar.AuthorizationUsed(licensee, nonceOf(order, licensee));
        vm.expectEmit(address(dollar));
        emit IERC20.Transfer(licensee, address(licenses), PRICE);
        vm.expectEmit(address(dollar));
        emit IERC20.Transfer(address(licenses), artist, PRICE);
        vm.prank(relayer);
        assertEq(licenses.buyWithAuthorization(order, authorize(licenseeKey, order)), id);

        assertEq(licenses.ownerOf(uint256(id)), licensee);
        assertEq(dollar.balanceOf(licensee), before - PRICE);
        assertEq(dollar.balanceOf(artist), PRICE);
        assertEq(dollar.balanceOf(relayer), 0);
        assertEq(dollar.balanceOf(address(licenses)), 0);
        assertTrue(dollar.authorizationState(licensee, nonceOf(order, licensee)));
    }

    function test_ThePayerNeedNotBeTheLicensee() public {
        dollar.mint(stranger, PRICE);
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        vm.expectEmit(address(licenses));
        emit ILicenseToken.Sold(seatOf(order, 0), assetId, licensee, stranger, 0, 1, order.offer, order.signature);
        submit(order, authorize(strangerKey, order));
        assertEq(licenses.ownerOf(uint256(seatOf(order, 0))), licensee);
        assertEq(dollar.balanceOf(stranger), 0);
        assertEq(dollar.balanceOf(licensee), 1e15);
    }

    function test_OneAuthorizationPaysForAllSeats() public {
        ILicenseToken.Order memory order = seats(terms(), 100, 0);
        submit(order, authorize(licenseeKey, order));
        assertEq(licenses.balanceOf(licensee), 100);
        assertEq(dollar.balanceOf(artist), 100 * PRICE);
    }

    /// @dev What costs nothing proves nothing about who authorized it, least of all with a token that takes any call.
    function test_RevertWhen_TheOrderCostsNothing() public {
        ILicenseToken.Order memory order = seats(freeTerms(), 1, 0);
        refuseSale(order, authorize(licenseeKey, order), nothingToAuthorize(order));
        order.offer.currency = address(new PhantomToken());
        order.signature = signed(licensorKey, digestOf(order.offer));
        refuseSale(order, authorize(strangerKey, order), nothingToAuthorize(order));
        (order.offer.kind, order.offer.price) = (ILicenseToken.Kind.Metered, PRICE); // paid by the unit, later
        order.offer.transferable = false;
        order.signature = signed(licensorKey, digestOf(order.offer));
        refuseSale(order, authorize(licenseeKey, order), nothingToAuthorize(order));
    }

    function testFuzz_TheNonceIsAsWritten(uint256 quantity, bytes32 salt, address to, address payer, uint128 price)
        public
        view
    {
        ILicenseToken.Order memory order = seats(terms(), bound(quantity, 0, 1000), salt);
        (order.licensee, order.offer.price) = (to, price);
        assertEq(licenses.authorizationNonce(order, payer), nonceOf(order, payer));
    }

    function test_RevertWhen_TheNonceOverflows() public {
        ILicenseToken.Order memory order = seats(terms(), 2, 0);
        order.offer.price = 1 << 255;
        vm.expectRevert(stdError.arithmeticError);
        licenses.authorizationNonce(order, licensee);
    }

    function test_TheLogsLeadToTheHead() public {
        ILicenseToken.Order memory order = seats(terms(), 3, 0);
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        submit(order, authorize(licenseeKey, order));
        assertHeads(registryBefore, licensesBefore);
    }

    // ---- what the nonce binds ----

    /// @dev Signed over any other nonce: each word of the preimage, each bit.
    function testFuzz_RevertWhen_TheNonceNamesAnythingElse(uint256 field, uint256 bit) public {
        ILicenseToken.Order memory order = seats(terms(), 2, "salt");
        uint256[7] memory words = [
            CHAIN,
            uint160(address(licenses)),
            uint256(bytes32(ILicenseToken.buyWithAuthorization.selector)),
            uint256(seatOf(order, 0)),
            uint160(licensee),
            2 * PRICE,
            2
        ];
        assertEq(keccak256(abi.encode(words)), nonceOf(order, licensee));
        words[field % 7] ^= 1 << (bit % 256);
        refuseSignature(order, authorize(licenseeKey, 2 * PRICE, NOW - 1, NOW + 1 hours, keccak256(abi.encode(words))));
    }

    /// @dev A good authorization with another order: whatever differs, it pays for nothing else.
    function test_RevertWhen_TheOrderIsAnother() public {
        ILicenseToken.Order memory order = seats(terms(), 2, "salt");
        ILicenseToken.Authorization memory authorization = authorize(licenseeKey, order);

        order.licensee = stranger;
        refuseSignature(order, authorization);
        order = seats(terms(), 2, "salu");
        refuseSignature(order, authorization);
        order = seats(terms(), 1, "salt");
        refuseSignature(order, authorization);
        order = seats(terms(), 3, "salt");
        refuseSignature(order, authorization);
        // The same sum for half the seats, and for twice as many: other offers by the same licensor.
        ILicenseToken.Offer memory offer = terms();
        offer.price = 2 * PRICE;
        refuseSignature(seats(offer, 1, "salt"), authorization);
        offer.price = PRICE / 2;
        refuseSignature(seats(offer, 4, "salt"), authorization);
        offer = terms();
        offer.uses = 1;
        refuseSignature(seats(offer, 2, "salt"), authorization);
        offer = terms();
        offer.payee = stranger;
        refuseSignature(seats(offer, 2, "salt"), authorization);

        submit(seats(terms(), 2, "salt"), authorization);
    }

    /// @dev A licensor other than the one whom the payer chose, with an offer equal but for themself.
    function test_RevertWhen_AnotherLicensorTakesTheMoney() public {
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        ILicenseToken.Authorization memory authorization = authorize(licenseeKey, order);
        order.offer.licensor = stranger;
        order.offer.assetId = registerAs(stranger, WORK);
        order.signature = signed(strangerKey, digestOf(order.offer));
        refuseSignature(order, authorization);
    }

    function test_RevertWhen_ThePayerIsAnother() public {
        dollar.mint(stranger, PRICE);
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        ILicenseToken.Authorization memory authorization = authorize(strangerKey, order);
        authorization.payer = licensee;
        refuseSignature(order, authorization);
        authorization = authorize(licenseeKey, order);
        authorization.payer = stranger;
        refuseSignature(order, authorization);
        authorization.payer = address(0);
        refuseSignature(order, authorization);
    }

    function testFuzz_RevertWhen_TheAuthorizationIsAltered(uint256 field, uint256 bit) public {
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        ILicenseToken.Authorization memory good = authorize(licenseeKey, order);
        uint256[6] memory words =
            [uint160(good.payer), good.validAfter, good.validBefore, good.v, uint256(good.r), uint256(good.s)];
        uint16[6] memory widths = [160, 256, 256, 8, 256, 256];
        field %= 6;
        words[field] ^= 1 << (bit % widths[field]);
        ILicenseToken.Authorization memory altered = abi.decode(abi.encode(words), (ILicenseToken.Authorization));
        vm.expectRevert();
        vm.prank(relayer);
        licenses.buyWithAuthorization(order, altered);
        submit(order, good);
    }

    function testFuzz_RevertWhen_TheAmountIsAnother(uint256 amount) public {
        vm.assume(amount != PRICE);
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        refuseSignature(order, authorize(licenseeKey, amount, NOW - 1, NOW + 1, nonceOf(order, licensee)));
    }

    /// @dev Whatever a token's own domain is on another chain with the same contracts.
    function test_TheNonceNamesTheChain() public {
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        bytes32 here = licenses.authorizationNonce(order, licensee);
        assertEq(here, nonceOf(order, licensee));
        vm.chainId(CHAIN + 1);
        assertNotEq(licenses.authorizationNonce(order, licensee), here);
    }

    /// @dev A second license token of the same chain, with the same offer signed for it.
    function test_RevertWhen_SubmittedToAnotherContract() public {
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        ILicenseToken.Authorization memory authorization = authorize(licenseeKey, order);
        ILicenses other = ILicenses(deployCode("LicenseToken.sol:LicenseToken", abi.encode(registry)));
        assertNotEq(other.authorizationNonce(order, licensee), licenses.authorizationNonce(order, licensee));
        order.signature = signed(licensorKey, typed(CHAIN, address(other), hashOf(order.offer)));
        vm.expectRevert(abi.encodeWithSelector(IDollar.AuthorizationSignatureInvalid.selector, licensee));
        other.buyWithAuthorization(order, authorization);
    }

    // ---- once, and in time ----

    function test_RevertWhen_Replayed() public {
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        ILicenseToken.Authorization memory authorization = authorize(licenseeKey, order);
        submit(order, authorization);
        refuseSale(
            order, authorization, abi.encodeWithSelector(ILicenseToken.LicenseAlreadySold.selector, seatOf(order, 0))
        );
        assertEq(dollar.balanceOf(artist), PRICE);
    }

    /// @dev A stranger who sees it in the mempool submits it first: they pay the gas, nothing else changes.
    function test_WhoeverSubmitsItFirst() public {
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        ILicenseToken.Authorization memory authorization = authorize(licenseeKey, order);
        vm.prank(stranger);
        licenses.buyWithAuthorization(order, authorization);
        assertEq(licenses.ownerOf(uint256(seatOf(order, 0))), licensee);
        assertEq(dollar.balanceOf(licensee), 1e15 - PRICE);
    }

    /// @dev The token itself takes it from nobody but the license token.
    function test_RevertWhen_SubmittedToTheToken() public {
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        ILicenseToken.Authorization memory good = authorize(licenseeKey, order);
        bytes32 nonce = nonceOf(order, licensee);
        vm.startPrank(stranger);
        vm.expectRevert(abi.encodeWithSelector(IDollar.AuthorizationNotForCaller.selector, stranger, address(licenses)));
        dollar.receiveWithAuthorization(
            licensee, address(licenses), PRICE, good.validAfter, good.validBefore, nonce, good.v, good.r, good.s
        );
        vm.expectRevert(abi.encodeWithSelector(IDollar.AuthorizationSignatureInvalid.selector, licensee));
        dollar.receiveWithAuthorization(
            licensee, stranger, PRICE, good.validAfter, good.validBefore, nonce, good.v, good.r, good.s
        );
        vm.expectRevert(abi.encodeWithSelector(IDollar.AuthorizationSignatureInvalid.selector, licensee));
        dollar.transferWithAuthorization(
            licensee, address(licenses), PRICE, good.validAfter, good.validBefore, nonce, good.v, good.r, good.s
        );
    }

    function test_RevertWhen_ThePayerCancelledIt() public {
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        ILicenseToken.Authorization memory authorization = authorize(licenseeKey, order);
        bytes32 nonce = nonceOf(order, licensee);
        bytes32 structHash =
            keccak256(abi.encode(keccak256("CancelAuthorization(address authorizer,bytes32 nonce)"), licensee, nonce));
        (uint8 v, bytes32 r, bytes32 s) =
            vm.sign(licenseeKey, keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash)));
        dollar.cancelAuthorization(licensee, nonce, v, r, s);
        refuseSale(order, authorization, abi.encodeWithSelector(IDollar.AuthorizationSpent.selector, licensee, nonce));
    }

    function test_RevertWhen_TheNonceIsUsed() public {
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        bytes32 nonce = nonceOf(order, licensee);
        ILicenseToken.Authorization memory elsewhere = authorize(licenseeKey, 1, NOW - 1, NOW + 1, nonce);
        vm.prank(address(licenses));
        dollar.receiveWithAuthorization(
            licensee, address(licenses), 1, NOW - 1, NOW + 1, nonce, elsewhere.v, elsewhere.r, elsewhere.s
        );
        refuseSale(
            order,
            authorize(licenseeKey, order),
            abi.encodeWithSelector(IDollar.AuthorizationSpent.selector, licensee, nonce)
        );
    }

    function test_SellsBetweenItsTimesAlone() public {
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        bytes32 nonce = nonceOf(order, licensee);
        ILicenseToken.Authorization memory authorization = authorize(licenseeKey, PRICE, NOW + 10, NOW + 20, nonce);
        refuseTime(order, authorization, NOW + 10);
        refuseTime(order, authorization, NOW + 20);
        vm.warp(NOW + 11);
        uint256 snapshot = vm.snapshotState();
        submit(order, authorization);
        vm.revertToState(snapshot);
        vm.warp(NOW + 19);
        submit(order, authorization);
    }

    /// @dev The payer has too little: nothing is sold, and the authorization serves once there is more.
    function test_RevertWhen_TheBalanceIsShort() public {
        dollar.mint(stranger, PRICE - 1);
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        ILicenseToken.Authorization memory authorization = authorize(strangerKey, order);
        refuseSale(order, authorization, abi.encodeWithSignature("InsufficientBalance()"));
        dollar.mint(stranger, 1);
        submit(order, authorization);
    }

    /// @dev An allowance is not touched, nor needed.
    function test_AnAllowanceIsNotSpent() public {
        vm.prank(licensee);
        dollar.approve(address(licenses), PRICE);
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        refuseSignature(order, ILicenseToken.Authorization(licensee, NOW - 1, NOW + 1, 27, 0, 0));
        submit(order, authorize(licenseeKey, order));
        assertEq(dollar.allowance(licensee, address(licenses)), PRICE);
    }

    // ---- the offer's own rules hold ----

    function test_RevertWhen_TheOfferDoesNotSell() public {
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        ILicenseToken.Authorization memory authorization = authorize(licenseeKey, order);
        order.signature = "";
        refuseSale(
            order,
            authorization,
            abi.encodeWithSelector(ILicenseToken.OfferSignatureInvalid.selector, hashOf(order.offer), licensor)
        );
        vm.prank(licensor);
        licenses.cancelOffer(order.offer);
        refuseSale(
            order, authorization, abi.encodeWithSelector(ILicenseToken.OfferIsCancelled.selector, hashOf(order.offer))
        );
        assertFalse(dollar.authorizationState(licensee, nonceOf(order, licensee)));
    }

    function test_RevertWhen_CoinIsSentAlong() public {
        ILicenseToken.Order memory order = seats(terms(), 1, 0);
        bytes memory call = abi.encodeCall(licenses.buyWithAuthorization, (order, authorize(licenseeKey, order)));
        vm.deal(relayer, 1);
        vm.prank(relayer);
        (bool ok,) = address(licenses).call{value: 1}(call);
        assertFalse(ok);
    }

    /// @dev Native coin knows no authorizations, priced or free; neither does an address without code.
    function test_RevertWhen_TheCurrencyHasNoCode() public {
        vm.deal(address(licenses), 5 ether);
        ILicenseToken.Offer memory offer = nativeTerms();
        for (uint256 i = 0; i < 4; ++i) {
            if (i == 1) (offer.price, offer.kind) = (0, ILicenseToken.Kind.Free);
            if (i == 2) offer.currency = stranger;
            if (i == 3) (offer.price, offer.kind) = (PRICE, ILicenseToken.Kind.Sale);
            ILicenseToken.Order memory order = seats(offer, 1, 0);
            refuseSale(
                order, authorize(licenseeKey, order), order.offer.price == 0 ? nothingToAuthorize(order) : bytes("")
            );
        }
        assertEq(address(licenses).balance, 5 ether);
    }

    // ---- tokens that lie ----

    /// @dev A token that takes every call for a good one, as WETH does, gives nothing to pass on.
    function test_RevertWhen_ATokenOnlySaysThatItPaid() public {
        PhantomToken token = new PhantomToken();
        token.mint(licensee, PRICE);
        ILicenseToken.Order memory order = pricedIn(address(token));
        refuseSale(order, authorize(licenseeKey, order), notReceived(address(token), 0));
        assertEq(token.balanceOf(licensee), PRICE);
    }

    /// @dev Nor can it be paid with coins of its kind that went astray to the contract.
    function test_RevertWhen_ATokenOnlySaysThatItPaidAndSomeIsThere() public {
        PhantomToken token = new PhantomToken();
        token.mint(address(licenses), PRICE);
        ILicenseToken.Order memory order = pricedIn(address(token));
        refuseSale(order, authorize(licenseeKey, order), notReceived(address(token), 0));
        assertEq(token.balanceOf(address(licenses)), PRICE);
    }

    function test_RevertWhen_ATokenKnowsNoAuthorizations() public {
        SilentToken token = new SilentToken();
        token.mint(licensee, PRICE);
        ILicenseToken.Order memory order = pricedIn(address(token));
        refuseSale(order, authorize(licenseeKey, order), "");
    }

    /// @dev What a fee keeps is missing when the whole price is passed on; the next buyer's money does not make it up.
    function test_RevertWhen_ATokenKeepsAFee() public {
        FeeToken token = new FeeToken();
        token.mint(licensee, PRICE);
        ILicenseToken.Order memory order = pricedIn(address(token));
        refuseSale(order, authorize(licenseeKey, order), notReceived(address(token), PRICE - PRICE / 100));
        assertEq(token.balanceOf(licensee), PRICE);
    }

    /// @dev What came in does not stay with the contract.
    function test_RevertWhen_TheTokenRefusesThePayee() public {
        BlockingToken token = new BlockingToken();
        token.mint(licensee, PRICE);
        token.setBlocked(artist, true);
        ILicenseToken.Order memory order = pricedIn(address(token));
        refuseSale(
            order, authorize(licenseeKey, order), abi.encodeWithSelector(SafeTransferLib.TransferFailed.selector)
        );
        assertEq(token.balanceOf(licensee), PRICE);
    }

    function test_RevertWhen_ATokenBurnsAllGas() public {
        ILicenseToken.Order memory order = pricedIn(address(new GreedyPayee()));
        ILicenseToken.Authorization memory authorization = authorize(licenseeKey, order);
        vm.expectRevert();
        licenses.buyWithAuthorization{gas: 1_000_000}(order, authorization);
    }

    /// @dev Before the money comes in, and while it is here, the token calls back: for the same sale, and for a part of
    /// a basket that would pay with it.
    function test_ATokenThatCallsBackGetsNothing() public {
        for (uint256 i = 0; i < 4; ++i) {
            uint256 snapshot = vm.snapshotState();
            HookedToken token = new HookedToken();
            token.mint(licensee, 10 * PRICE);
            ILicenseToken.Order memory order = pricedIn(address(token));
            ILicenseToken.Authorization memory authorization = authorize(licenseeKey, order);
            order.salt = i < 2 ? bytes32(0) : bytes32("nested");
            bytes memory nested = i % 2 == 0
                ? abi.encodeCall(licenses.buyWithAuthorization, (order, authorization))
                : abi.encodeCall(licenses.sellApart, (order, address(licenses), 0));
            order.salt = 0;
            // Armed for the second transfer, in which the money leaves, where `i` is 2 or 3.
            if (i < 2) token.arm(address(licenses), nested);
            else token.arm(address(token), abi.encodeCall(token.arm, (address(licenses), nested)));
            (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
            vm.recordLogs();
            submit(order, authorization);
            assertHeads(registryBefore, licensesBefore);
            assertTrue(token.acted());
            if (i == 0) assertFalse(token.succeeded());
            if (i % 2 == 1) {
                assertEq(token.answer(), abi.encodeWithSelector(ILicenseToken.NotSelf.selector, token));
            }
            uint256 sold = licenses.balanceOf(licensee);
            assertEq(token.balanceOf(artist), sold * PRICE, "what was sold was paid");
            assertEq(token.balanceOf(address(licenses)), 0);
            vm.revertToState(snapshot);
        }
    }

    // ---- helpers ----

    function pricedIn(address token) private view returns (ILicenseToken.Order memory) {
        ILicenseToken.Offer memory offer = terms();
        offer.currency = token;
        return seats(offer, 1, 0);
    }

    function submit(ILicenseToken.Order memory order, ILicenseToken.Authorization memory authorization) private {
        vm.prank(relayer);
        licenses.buyWithAuthorization(order, authorization);
        assertEq(IERC20(order.offer.currency).balanceOf(address(licenses)), 0, "the license token holds no money");
    }

    function nothingToAuthorize(ILicenseToken.Order memory order) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseToken.NothingToAuthorize.selector, seatOf(order, 0));
    }

    function notReceived(address token, uint256 received) private pure returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseToken.PaymentNotReceived.selector, token, PRICE, received);
    }

    function refuseSale(
        ILicenseToken.Order memory order,
        ILicenseToken.Authorization memory authorization,
        bytes memory reason
    ) private {
        uint256 balance = licenses.balanceOf(licensee);
        vm.prank(relayer);
        vm.expectRevert(reason);
        licenses.buyWithAuthorization(order, authorization);
        assertEq(licenses.balanceOf(licensee), balance);
    }

    function refuseSignature(ILicenseToken.Order memory order, ILicenseToken.Authorization memory authorization)
        private
    {
        refuseSale(
            order,
            authorization,
            abi.encodeWithSelector(IDollar.AuthorizationSignatureInvalid.selector, authorization.payer)
        );
    }

    function refuseTime(
        ILicenseToken.Order memory order,
        ILicenseToken.Authorization memory authorization,
        uint256 time
    ) private {
        vm.warp(time);
        refuseSale(
            order,
            authorization,
            abi.encodeWithSelector(
                IDollar.AuthorizationNotValidNow.selector, authorization.validAfter, authorization.validBefore, time
            )
        );
    }
}
