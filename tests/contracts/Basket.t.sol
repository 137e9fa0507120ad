// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {IPermitFirst} from "contracts/interfaces/IPermitFirst.sol";
import {GreedyPayee, RefusingPayee} from "contracts/mocks/BadPayees.sol";
import {HookedToken} from "contracts/mocks/HookedToken.sol";
import {BlockingToken, FalseToken, SilentToken} from "contracts/mocks/OddTokens.sol";
import {Puppet} from "contracts/mocks/Puppet.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";
import {stdError} from "forge-std/StdError.sol";
import {Vm} from "forge-std/Vm.sol";

import {Base} from "./Base.t.sol";
import {Replay} from "./helpers/Replay.sol";

/// @dev Many orders in one transaction: of a hundred licensors, each with a work, a payee and an offer of their own.
contract BasketTest is Base {
    uint256 private constant MANY = 100;
    uint256 private constant CAP = 16_777_216; // gas of a transaction (EIP-7825)

    function setUp() public override {
        super.setUp();
        for (uint256 i = 0; i < MANY; ++i) {
            registerAs(licensorAt(i), bytes32(i + 1));
            dollar.mint(payeeAt(i), 1); // paid before, as a vault in use
        }
    }

    // ---- all or nothing ----

    function test_AHundredLicensorsInOneTransaction() public {
        ILicenseToken.Order[] memory orders = shelf(MANY);
        uint256 before = dollar.balanceOf(licensee);
        vm.recordLogs();
        vm.prank(licensee);
        bytes32[] memory ids = licenses.buyBasket(orders, false);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        assertEq(ids.length, MANY);
        uint256 total = 0;
        for (uint256 i = 0; i < MANY; ++i) {
            assertSold(orders[i], ids[i]);
            assertEq(dollar.balanceOf(payeeAt(i)), 1 + PRICE + i);
            Vm.Log memory sold = logs[3 * i + 1]; // after the license's Transfer, before the dollar's
            assertEq(sold.topics[0], ILicenseToken.Sold.selector);
            assertEq(sold.topics[1], ids[i]);
            assertEq(
                sold.data,
                abi.encode(licensee, orders[i].salt, orders[i].quantity, orders[i].offer, orders[i].signature)
            );
            total += PRICE + i;
        }
        assertEq(dollar.balanceOf(licensee), before - total);
        assertEq(licenses.balanceOf(licensee), MANY);
    }

    function test_ABasketOfOne() public {
        ILicenseToken.Order[] memory orders = shelf(1);
        assertSold(orders[0], fill(orders, false, 0)[0]);
        orders[0].salt = "again";
        assertSold(orders[0], fill(orders, true, 0)[0]);
    }

    function test_OrdersOfSeats() public {
        ILicenseToken.Order[] memory orders = shelf(3);
        (orders[0].quantity, orders[1].quantity, orders[2].quantity) = (2, 97, 1);
        bytes32[] memory ids = fill(orders, false, 0);
        for (uint256 i = 0; i < 3; ++i) {
            for (uint256 seat = 0; seat < orders[i].quantity; ++seat) {
                assertTrue(licenses.permits(seatOf(orders[i], seat), TRAIN));
            }
            assertEq(ids[i], seatOf(orders[i], 0));
            assertEq(dollar.balanceOf(payeeAt(i)), 1 + orders[i].quantity * (PRICE + i));
        }
        assertEq(licenses.balanceOf(licensee), 100);
    }

    function test_OrdersForSeveralLicensees() public {
        ILicenseToken.Order[] memory orders = shelf(3);
        orders[1].licensee = stranger;
        bytes32[] memory ids = fill(orders, false, 0);
        assertEq(licenses.ownerOf(uint256(ids[1])), stranger);
        assertEq(licenses.balanceOf(licensee), 2);
    }

    /// @dev Whichever order fails, for whatever reason: nothing is sold, and its own reason is told.
    function testFuzz_RevertWhen_AnyOrderFails(uint256 size, uint256 which) public {
        size = bound(size, 1, 12);
        which %= size;
        ILicenseToken.Order[] memory orders = shelf(size);
        vm.prank(licensorAt(which));
        licenses.cancelOffer(orders[which].offer);
        refuseBasket(
            orders, 0, abi.encodeWithSelector(ILicenseToken.OfferIsCancelled.selector, hashOf(orders[which].offer))
        );
        assertEq(dollar.balanceOf(payeeAt(0)), 1);
    }

    function test_RevertWhen_AnOrderIsRepeated() public {
        ILicenseToken.Order[] memory orders = shelf(3);
        orders[2] = orders[0];
        refuseBasket(orders, 0, abi.encodeWithSelector(ILicenseToken.LicenseAlreadySold.selector, seatOf(orders[0], 0)));
    }

    function test_RevertWhen_ThePayerRunsOutOfMoney() public {
        ILicenseToken.Order[] memory orders = shelf(3);
        vm.prank(licensee);
        dollar.approve(address(licenses), 3 * PRICE); // and 3 too little
        refuseBasket(orders, 0, abi.encodeWithSelector(SafeTransferLib.TransferFromFailed.selector));
        vm.prank(licensee);
        dollar.approve(address(licenses), 3 * PRICE + 3);
        fill(orders, false, 0);
    }

    function test_RevertWhen_TheBasketIsEmptyOrTooLarge() public {
        for (uint256 i = 0; i < 2; ++i) {
            vm.startPrank(licensee);
            vm.expectRevert(abi.encodeWithSelector(ILicenseToken.BasketSizeInvalid.selector, 0, 100));
            licenses.buyBasket(new ILicenseToken.Order[](0), i == 1);
            vm.expectRevert(abi.encodeWithSelector(ILicenseToken.BasketSizeInvalid.selector, 101, 100));
            licenses.buyBasket(new ILicenseToken.Order[](101), i == 1);
            vm.stopPrank();
        }
    }

    function testFuzz_RevertWhen_TheBasketIsTooLarge(uint256 size, bool skip_) public {
        size = bound(size, 101, 300);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.BasketSizeInvalid.selector, size, 100));
        licenses.buyBasket(new ILicenseToken.Order[](size), skip_);
    }

    /// @dev A hundred licenses in all, however they are spread over the orders, and whether each of them sells or not.
    function test_RevertWhen_TheBasketHasMoreThanAHundredLicenses() public {
        ILicenseToken.Order[] memory orders = shelf(3);
        (orders[0].quantity, orders[1].quantity, orders[2].quantity) = (2, 98, 1);
        bytes memory reason = abi.encodeWithSelector(ILicenseToken.BasketSizeInvalid.selector, 101, 100);
        refuseBasket(orders, 0, reason);
        orders[1].signature = ""; // passed over, and counted
        vm.prank(licensee);
        vm.expectRevert(reason);
        licenses.buyBasket(orders, true);
        assertEq(licenses.balanceOf(licensee), 0);
        (orders[0].quantity, orders[1].quantity) = (type(uint256).max, 0); // counted as a hundred
        vm.prank(licensee);
        vm.expectRevert(reason);
        licenses.buyBasket(orders, true);
    }

    // ---- passing over ----

    function test_PassesOverAnOrderOfTooManySeats() public {
        ILicenseToken.Order[] memory orders = shelf(1);
        orders[0].quantity = 101;
        assertEq(fill(orders, true, 0)[0], 0);
        refuseBasket(orders, 0, abi.encodeWithSelector(ILicenseToken.QuantityInvalid.selector, 101, 100));
    }

    /// @dev One order for every reason there is, between good ones: only the good ones are sold and paid.
    function test_PassesOverWhatDoesNotSell() public {
        ILicenseToken.Order[] memory orders = shelf(13);
        orders[1] = altered(1, 0); // expired
        orders[2].signature = signed(strangerKey, digestOf(orders[2].offer));
        orders[3] = orders[0]; // repeated
        vm.prank(licensorAt(4));
        licenses.cancelOffer(orders[4].offer);
        moveDeed(orders[5].offer.assetId, licensorAt(5), stranger);
        orders[6].quantity = 0;
        (orders[7].offer.exclusive, orders[7].quantity) = (true, 2);
        sign(orders[7], 7);
        orders[8].licensee = address(0);
        orders[9] = altered(9, 1); // in a token that the payer does not have
        orders[10] = altered(10, 2); // price × quantity overflows
        orders[11] = altered(11, 3); // of no such asset
        uint256 before = dollar.balanceOf(licensee);

        bytes32 head = licenses.head();
        bytes32[] memory ids = fill(orders, true, 0);
        assertEq(licenses.head(), headAfter(head, orders, ids), "what was undone is not chained");
        assertSold(orders[0], ids[0]);
        for (uint256 i = 1; i < 12; ++i) {
            assertEq(ids[i], 0, vm.toString(i));
            assertEq(dollar.balanceOf(payeeAt(i)), 1, vm.toString(i));
        }
        assertSold(orders[12], ids[12]);
        assertEq(licenses.balanceOf(licensee), 2);
        assertEq(dollar.balanceOf(licensee), before - 2 * PRICE - 12);
    }

    /// @dev Tokens that refuse, lie, shout and burn gas; licensors who do the same when asked for a signature.
    function test_PassesOverHostileCode() public {
        ILicenseToken.Order[] memory orders = shelf(9);
        address[2] memory hostile = [address(new RefusingPayee()), address(new GreedyPayee())];
        BlockingToken shouting = new BlockingToken();
        shouting.mint(licensee, 1e15);
        shouting.setBlocked(payeeAt(3), true);
        vm.prank(licensee);
        shouting.approve(address(licenses), type(uint256).max);
        FalseToken lying = new FalseToken();
        for (uint256 i = 1; i < 8; ++i) {
            orders[i].offer.currency = i == 1 || i == 2
                ? hostile[i - 1]
                : i == 3 ? address(shouting) : i == 4 ? address(lying) : address(dollar);
            if (i > 5) {
                orders[i].offer.licensor = hostile[i - 6];
                orders[i].offer.assetId = registerAs(hostile[i - 6], bytes32(i));
            } else if (i != 5) {
                sign(orders[i], i);
            }
        }
        bytes32[] memory ids = fill(orders, true, 0);
        assertSold(orders[0], ids[0]);
        assertSold(orders[5], ids[5]);
        assertSold(orders[8], ids[8]);
        assertEq(licenses.balanceOf(licensee), 3);
        for (uint256 i = 1; i < 8; ++i) {
            if (i != 5) assertEq(ids[i], 0, vm.toString(i));
        }
    }

    /// @dev Payees of native coin who refuse it or burn gas; their coin goes back to the buyer.
    function test_PassesOverHostilePayees() public {
        ILicenseToken.Order[] memory orders = shelf(4);
        address[4] memory payees = [payeeAt(0), address(new RefusingPayee()), address(new GreedyPayee()), payeeAt(3)];
        for (uint256 i = 0; i < 4; ++i) {
            (orders[i].offer.currency, orders[i].offer.payee) = (address(0), payees[i]);
            orders[i].offer.price = 1 ether;
            sign(orders[i], i);
        }
        vm.deal(licensee, 10 ether);
        vm.deal(address(licenses), 3 ether); // not anybody's to spend
        bytes32[] memory ids = fill(orders, true, 4 ether);
        assertSold(orders[0], ids[0]);
        assertEq(ids[1], 0);
        assertEq(ids[2], 0);
        assertSold(orders[3], ids[3]);
        assertEq(licensee.balance, 8 ether);
        assertEq(payees[1].balance + payees[2].balance, 0);
        assertEq(address(licenses).balance, 3 ether);
        refuseBasket(orders, 4 ether, abi.encodeWithSelector(ILicenseToken.LicenseAlreadySold.selector, ids[0]));
        orders[0].salt = "again";
        refuseBasket(orders, 4 ether, abi.encodeWithSelector(SafeTransferLib.ETHTransferFailed.selector));
    }

    /// @dev In all the gas that a transaction may have, a payee who burns it costs the buyer gas and nothing else.
    function test_AGreedyPayeeInATransactionsGas() public {
        ILicenseToken.Order[] memory orders = shelf(3);
        orders[1].offer.payee = address(new GreedyPayee());
        (orders[1].offer.currency, orders[1].offer.price) = (address(0), 1);
        sign(orders[1], 1);
        vm.deal(licensee, 1);
        vm.prank(licensee);
        bytes32[] memory ids = licenses.buyBasket{value: 1, gas: CAP - 200_000}(orders, true);
        assertSold(orders[0], ids[0]);
        assertEq(ids[1], 0);
        assertSold(orders[2], ids[2]);
        assertEq(licensee.balance, 1);
    }

    /// @dev Each may burn its own share of the gas, and no more.
    function test_ManyGreedyPayeesStarveNobody() public {
        ILicenseToken.Order[] memory orders = shelf(40);
        address greedy = address(new GreedyPayee());
        for (uint256 i = 0; i < 20; ++i) {
            (orders[i].offer.payee, orders[i].offer.currency, orders[i].offer.price) = (greedy, address(0), 1);
            sign(orders[i], i);
        }
        vm.deal(licensee, 20);
        vm.prank(licensee);
        bytes32[] memory ids = licenses.buyBasket{value: 20, gas: CAP - 200_000}(orders, true);
        for (uint256 i = 0; i < 20; ++i) {
            assertEq(ids[i], 0);
            assertSold(orders[20 + i], ids[20 + i]);
        }
    }

    /// @dev Too little gas is never mistaken for an order that does not sell: it sells, or the basket says so.
    function testFuzz_TooLittleGasIsNoReasonToPassOver(uint256 gas) public {
        ILicenseToken.Order[] memory orders = shelf(1);
        orders[0].quantity = 100;
        gas = bound(gas, 60_000, 6_000_000);
        vm.prank(licensee);
        try licenses.buyBasket{gas: gas}(orders, true) returns (bytes32[] memory ids) {
            assertSold(orders[0], ids[0]);
        } catch (bytes memory reason) {
            assertTrue(reason.length == 0 || bytes4(reason) == ILicenseToken.GasTooLow.selector);
        }
    }

    function test_NothingSellsAndAllGoesBack() public {
        ILicenseToken.Order[] memory orders = shelf(3);
        for (uint256 i = 0; i < 3; ++i) {
            orders[i].signature = "";
        }
        vm.deal(licensee, 5 ether);
        bytes32 head = licenses.head();
        bytes32[] memory ids = fill(orders, true, 5 ether);
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(ids[i], 0);
        }
        assertEq(licensee.balance, 5 ether);
        assertEq(dollar.balanceOf(licensee), 1e15);
        assertEq(licenses.head(), head);
    }

    /// @dev The second of one asset meets the first one's exclusivity.
    function test_AnExclusiveLicenseHoldsWithinTheBasket() public {
        ILicenseToken.Order[] memory orders = shelf(3);
        orders[0].offer.exclusive = true;
        sign(orders[0], 0);
        orders[1].offer.assetId = orders[0].offer.assetId;
        orders[1].offer.licensor = licensorAt(0);
        sign(orders[1], 0);
        bytes memory reason = abi.encodeWithSelector(
            ILicenseToken.AssetExclusivelyLicensed.selector, orders[0].offer.assetId, NOW + DURATION
        );
        refuseBasket(orders, 0, reason);
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        bytes32[] memory ids = fill(orders, true, 0);
        assertHeads(registryBefore, licensesBefore);
        assertSold(orders[0], ids[0]);
        assertEq(ids[1], 0);
        assertSold(orders[2], ids[2]);
    }

    function test_TheSupplyHoldsWithinTheBasket() public {
        ILicenseToken.Order[] memory orders = shelf(3);
        orders[0].offer.supply = 5;
        sign(orders[0], 0);
        for (uint256 i = 0; i < 3; ++i) {
            orders[i] = abi.decode(abi.encode(orders[0]), (ILicenseToken.Order));
            (orders[i].quantity, orders[i].salt) = (i == 2 ? 2 : 3, bytes32(i << 128));
        }
        bytes32[] memory ids = fill(orders, true, 0);
        assertSold(orders[0], ids[0]);
        assertEq(ids[1], 0);
        assertSold(orders[2], ids[2]);
        assertEq(licenses.offerState(hashOf(orders[0].offer)).sold, 5);
    }

    function test_SeatsOverlapWithinTheBasket() public {
        ILicenseToken.Order[] memory orders = shelf(2);
        orders[1] = abi.decode(abi.encode(orders[0]), (ILicenseToken.Order));
        (orders[0].quantity, orders[1].salt) = (3, bytes32(uint256(2)));
        bytes32 met = seatOf(orders[0], 2);
        refuseBasket(orders, 0, abi.encodeWithSelector(ILicenseToken.LicenseAlreadySold.selector, met));
        assertEq(fill(orders, true, 0)[1], 0);
        assertEq(licenses.balanceOf(licensee), 3);
    }

    // ---- native coin ----

    function testFuzz_CoinThatIsNotSpentGoesBack(uint256 size, uint256 mask, uint256 extra, bool skip_) public {
        size = bound(size, 1, 10);
        extra = bound(extra, 0, 1e30);
        ILicenseToken.Order[] memory orders = shelf(size);
        uint256 spent = 0;
        for (uint256 i = 0; i < size; ++i) {
            if (mask >> i & 1 == 0) continue; // in dollars
            orders[i].offer.currency = address(0);
            orders[i].quantity = 1 + i % 3;
            sign(orders[i], i);
            if (mask >> (i + 16) & 1 == 1 && skip_) orders[i].signature = "";
            else spent += orders[i].quantity * (PRICE + i);
        }
        vm.deal(licensee, spent + extra);
        vm.deal(address(licenses), 7);
        fill(orders, skip_, spent + extra);
        assertEq(licensee.balance, extra);
        assertEq(address(licenses).balance, 7);
    }

    function test_MixedCurrencies() public {
        ILicenseToken.Order[] memory orders = mixed();
        vm.deal(licensee, 5 ether);
        bytes32[] memory ids = fill(orders, false, 4 ether);
        for (uint256 i = 0; i < orders.length; ++i) {
            assertSold(orders[i], ids[i]);
        }
        assertEq(dollar.balanceOf(payeeAt(0)), 1 + PRICE);
        assertEq(payeeAt(1).balance, 2 ether);
        assertEq(IERC20(orders[2].offer.currency).balanceOf(payeeAt(2)), PRICE + 2);
        assertEq(payeeAt(4).balance, 1 ether);
        assertEq(licensee.balance, 2 ether);
        assertEq(address(licenses).balance, 0);
    }

    function test_RevertWhen_TheCoinDoesNotSuffice() public {
        ILicenseToken.Order[] memory orders = mixed();
        vm.deal(licensee, 5 ether);
        vm.deal(address(licenses), 5 ether); // sent here by mistake: it buys nothing
        refuseBasket(
            orders, 3 ether - 1, abi.encodeWithSelector(ILicenseToken.WrongValue.selector, 1 ether - 1, 1 ether)
        );
        refuseBasket(orders, 0, abi.encodeWithSelector(ILicenseToken.WrongValue.selector, 0, 2 ether));
        bytes32[] memory ids = fill(orders, true, 3 ether - 1);
        assertSold(orders[1], ids[1]);
        assertEq(ids[4], 0);
        assertEq(licensee.balance, 3 ether);
        assertEq(address(licenses).balance, 5 ether);
    }

    /// @dev The dearer is passed over for want of coin, the cheaper after it is bought.
    function test_CoinServesTheOrdersThatItSufficesFor() public {
        ILicenseToken.Order[] memory orders = mixed();
        (orders[1], orders[4]) = (orders[4], orders[1]);
        vm.deal(licensee, 2 ether);
        bytes32[] memory ids = fill(orders, true, 2 ether);
        assertSold(orders[1], ids[1]);
        assertEq(ids[4], 0);
        assertEq(licensee.balance, 1 ether);
    }

    /// @dev A buyer who refuses coin pays exactly, or not at all.
    function test_RevertWhen_TheBuyerRefusesTheRest() public {
        ILicenseToken.Order[] memory orders = shelf(1);
        (orders[0].offer.currency, orders[0].offer.price) = (address(0), 1 ether);
        sign(orders[0], 0);
        address buyer = address(new RefusingPayee());
        vm.deal(buyer, 3 ether);
        for (uint256 i = 0; i < 2; ++i) {
            vm.prank(buyer);
            vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
            licenses.buyBasket{value: 2 ether}(orders, i == 1);
        }
        vm.prank(buyer);
        licenses.buyBasket{value: 1 ether}(orders, true);
        assertEq(licenses.balanceOf(licensee), 1);
        assertEq(buyer.balance, 2 ether);
    }

    // ---- calling back ----

    /// @dev A payee acts while the buyer's coin waits here: it buys nothing with it, by any way in.
    function test_APayeeCannotSpendTheRestOfTheBasket() public {
        (Puppet museum, ILicenseToken.Order[] memory orders) = museumBasket();
        ILicenseToken.Order[] memory own = new ILicenseToken.Order[](1);
        own[0] = abi.decode(abi.encode(orders[2]), (ILicenseToken.Order));
        (own[0].licensee, own[0].salt) = (address(museum), "for nothing");
        bytes[6] memory calls = [
            abi.encodeCall(licenses.buy, (own[0])),
            abi.encodeCall(licenses.buyBasket, (own, false)),
            abi.encodeCall(licenses.buyBasket, (own, true)),
            abi.encodeCall(licenses.buyWithPermit, (own[0], IPermitFirst.Permit(NOW, 27, 0, 0))),
            abi.encodeCall(
                licenses.buyWithAuthorization, (own[0], ILicenseToken.Authorization(licensee, 0, NOW + 1, 27, 0, 0))
            ),
            abi.encodeCall(licenses.sellApart, (own[0], licensee, 10 ether))
        ];
        for (uint256 i = 0; i < calls.length; ++i) {
            for (uint256 skip_ = 0; skip_ < 2; ++skip_) {
                uint256 snapshot = vm.snapshotState();
                museum.arm(address(licenses), calls[i]);
                bytes32 head = licenses.head();
                bytes32[] memory ids = fill(orders, skip_ == 1, 10 ether);
                assertEq(licenses.head(), headAfter(head, orders, ids), "what was undone is not chained");
                assertTrue(museum.acted());
                // A basket that passes over what it cannot pay is a success, and has bought nothing; within an order
                // that was given a share of the gas, there is too little left for a share.
                assertEq(museum.succeeded(), i == 2 && skip_ == 0, vm.toString(i));
                assertEq(licenses.balanceOf(address(museum)), 0);
                assertEq(licenses.balanceOf(licensee), 3);
                assertEq(licensee.balance, 7 ether);
                assertEq(address(museum).balance, 1 ether);
                assertEq(address(licenses).balance, 3 ether);
                vm.revertToState(snapshot);
            }
        }
    }

    /// @dev A payee pays for a basket of their own in the middle of another's: each has their own rest back.
    function test_ABasketWithinABasket() public {
        (Puppet museum, ILicenseToken.Order[] memory orders) = museumBasket();
        ILicenseToken.Order[] memory own = new ILicenseToken.Order[](1);
        own[0] = abi.decode(abi.encode(orders[2]), (ILicenseToken.Order));
        (own[0].licensee, own[0].salt) = (address(museum), "own");
        bytes memory nested = abi.encodeCall(licenses.buyBasket, (own, true));
        museum.arm(address(museum), abi.encodeCall(museum.execute, (address(licenses), 4 ether, nested)));
        vm.deal(address(museum), 5 ether);
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        fill(orders, false, 10 ether);
        assertHeads(registryBefore, licensesBefore);
        assertTrue(museum.succeeded());
        assertEq(licenses.balanceOf(address(museum)), 1);
        assertEq(address(museum).balance, 5 ether, "one in, one out, three back");
        assertEq(licensee.balance, 7 ether);
        assertEq(payeeAt(2).balance, 2 ether);
        assertEq(address(licenses).balance, 3 ether);
    }

    /// @dev A payee buys the basket's next order first, for the same licensee: it is passed over, and paid by the payee.
    function test_ThePayeeBuysTheNextOrderFirst() public {
        (Puppet museum, ILicenseToken.Order[] memory orders) = museumBasket();
        bytes memory nested = abi.encodeCall(licenses.buy, (orders[2]));
        vm.deal(address(museum), 1 ether);
        museum.arm(address(museum), abi.encodeCall(museum.execute, (address(licenses), 1 ether, nested)));
        refuseBasket(
            orders, 10 ether, abi.encodeWithSelector(ILicenseToken.LicenseAlreadySold.selector, seatOf(orders[2], 0))
        );
        bytes32[] memory ids = fill(orders, true, 10 ether);
        assertTrue(museum.succeeded());
        assertEq(ids[2], 0);
        assertEq(licenses.ownerOf(uint256(seatOf(orders[2], 0))), licensee);
        assertEq(licensee.balance, 8 ether);
        assertEq(payeeAt(2).balance, 1 ether);
        assertEq(address(licenses).balance, 3 ether);
    }

    /// @dev The buyer's code runs when the rest comes back: everything is written by then.
    function test_TheBuyerBuysWithinTheRefund() public {
        (Puppet museum, ILicenseToken.Order[] memory orders) = museumBasket();
        ILicenseToken.Order memory later = abi.decode(abi.encode(orders[2]), (ILicenseToken.Order));
        later.salt = "later";
        Puppet buyer = new Puppet();
        bytes memory nested = abi.encodeCall(licenses.buy, (later));
        buyer.arm(address(buyer), abi.encodeCall(buyer.execute, (address(licenses), 1 ether, nested)));
        vm.deal(address(buyer), 5 ether);
        vm.recordLogs();
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.prank(address(buyer));
        licenses.buyBasket{value: 5 ether}(orders, false);
        assertHeads(registryBefore, licensesBefore);
        assertTrue(buyer.succeeded());
        assertEq(address(buyer).balance, 1 ether);
        assertEq(licenses.balanceOf(licensee), 4);
        assertEq(address(museum).balance, 1 ether);
        assertEq(address(licenses).balance, 3 ether);
    }

    /// @dev A token in the middle of the basket reaches for the buyer's allowance, and for the coin that waits here.
    function test_ATokenCannotSpendTheBuyersAllowance() public {
        HookedToken token = new HookedToken();
        token.mint(licensee, 1e15);
        vm.prank(licensee);
        token.approve(address(licenses), type(uint256).max);
        ILicenseToken.Order[] memory orders = shelf(2);
        orders[0].offer.currency = address(token);
        sign(orders[0], 0);
        ILicenseToken.Order memory loot = shelf(3)[2];
        loot.licensee = address(token);
        bytes[2] memory calls =
            [abi.encodeCall(licenses.buy, (loot)), abi.encodeCall(licenses.sellApart, (loot, licensee, 1 ether))];
        for (uint256 i = 0; i < 2; ++i) {
            token.arm(address(licenses), calls[i]);
            (orders[0].salt, orders[1].salt) = (bytes32(i), bytes32(i));
            vm.deal(licensee, 1 ether);
            fill(orders, i == 1, 1 ether);
            assertTrue(token.acted());
            assertFalse(token.succeeded());
            assertEq(licenses.balanceOf(address(token)), 0);
            assertEq(licensee.balance, 1 ether);
        }
        assertEq(token.answer(), abi.encodeWithSelector(ILicenseToken.NotSelf.selector, address(token)));
        assertEq(dollar.balanceOf(licensee), 1e15 - 2 * (PRICE + 1));
    }

    // ---- apart ----

    function testFuzz_RevertWhen_AnyoneElseSellsApart(address caller, address payer, uint256 available) public {
        vm.assume(caller != address(licenses));
        ILicenseToken.Order memory order = shelf(1)[0];
        vm.prank(caller);
        vm.expectRevert(abi.encodeWithSelector(ILicenseToken.NotSelf.selector, caller));
        licenses.sellApart(order, payer, available);
    }

    /// @dev No offer makes the contract call itself to its harm: as its own currency, payee or licensor it has nothing.
    function test_TheContractIsNoCurrencyPayeeOrLicensor() public {
        vm.deal(licensee, 3);
        ILicenseToken.Order[] memory orders = shelf(3);
        orders[0].offer.currency = address(licenses);
        sign(orders[0], 0);
        (orders[1].offer.currency, orders[1].offer.payee) = (address(0), address(licenses));
        orders[1].offer.price = 1;
        sign(orders[1], 1);
        orders[2].offer.licensor = address(licenses);
        orders[2].offer.assetId = registerAs(address(licenses), "its own");
        for (uint256 i = 0; i < 3; ++i) {
            assertEq(fill(orders, true, 3)[i], 0);
        }
        vm.prank(licensee);
        vm.expectRevert(SafeTransferLib.ETHTransferFailed.selector);
        licenses.buy{value: 1}(orders[1]);
        ILicenseToken.Authorization memory authorization = authorize(licenseeKey, orders[0]);
        vm.expectRevert();
        licenses.buyWithAuthorization(orders[0], authorization);
    }

    // ---- heads and gas ----

    function testFuzz_TheLogsLeadToTheHead(uint256 size, uint256 mask) public {
        size = bound(size, 1, 20);
        ILicenseToken.Order[] memory orders = shelf(size);
        uint256 count = 0;
        for (uint256 i = 0; i < size; ++i) {
            orders[i].quantity = 1 + (mask >> (128 + i)) % 3;
            if (mask >> i & 1 == 1) orders[i].signature = "";
            else count += orders[i].quantity + 1;
        }
        (bytes32 registryBefore, bytes32 licensesBefore) = (registry.head(), licenses.head());
        vm.recordLogs();
        fill(orders, true, 0);
        assertHeads(registryBefore, licensesBefore);
        assertEq(uint256(licenses.head()) >> 216, count);
    }

    /// @dev What one order left in memory shows in no other's event, whatever their lengths.
    function testFuzz_SoldIsEncodedByTheAbi(uint8[6] calldata uris, uint16[6] calldata signatures, bool skip_) public {
        ILicenseToken.Order[] memory orders = shelf(6);
        for (uint256 i = 0; i < 6; ++i) {
            orders[i].offer.termsURI = string(filled(uris[i]));
            orders[i].signature = filled(signatures[i] % 1000);
            orders[i].quantity = 1 + i % 2;
            vm.prank(licensorAt(i));
            licenses.publishOffer(orders[i].offer, conditions());
        }
        vm.recordLogs();
        bytes32[] memory ids = fill(orders, skip_, 0);
        Vm.Log[] memory logs = vm.getRecordedLogs();
        uint256 at = 0;
        for (uint256 i = 0; i < 6; ++i) {
            assertSold(orders[i], ids[i]);
            at += orders[i].quantity;
            assertEq(
                logs[at].data,
                abi.encode(licensee, orders[i].salt, orders[i].quantity, orders[i].offer, orders[i].signature)
            );
            at += 2; // `Sold`, and the dollar's own
        }
    }

    function filled(uint256 length) private pure returns (bytes memory data) {
        data = new bytes(length);
        for (uint256 i = 0; i < length; ++i) {
            data[i] = 0xa5;
        }
    }

    function test_AHundredOrdersFitIntoATransaction() public {
        assertLt(gasOf(shelf(MANY), false), 9_000_000);
    }

    function test_AHundredOrdersFitIntoATransactionThatPassesOver() public {
        assertLt(gasOf(shelf(MANY), true), 9_000_000);
    }

    /// @dev At worst: each payee is paid for the first time, with URIs and supplies besides.
    function test_AHundredDearOrdersFitUnderTheCap() public {
        ILicenseToken.Order[] memory orders = shelf(MANY);
        for (uint256 i = 0; i < MANY; ++i) {
            orders[i].offer.payee = address(uint160(uint256(keccak256(abi.encode("first", i)))));
            orders[i].offer.supply = 1;
            sign(orders[i], i);
        }
        assertLt(gasOf(orders, true), CAP);
    }

    function gasOf(ILicenseToken.Order[] memory orders, bool skip_) private returns (uint256 gas) {
        bytes memory call = abi.encodeCall(licenses.buyBasket, (orders, skip_));
        vm.prank(licensee);
        gas = gasleft();
        (bool ok,) = address(licenses).call(call);
        gas -= gasleft();
        assertTrue(ok);
        assertEq(licenses.balanceOf(licensee), orders.length);
        gas += intrinsicGas(call);
    }

    // ---- helpers ----

    function keyAt(uint256 i) private pure returns (uint256) {
        return 1000 + i;
    }

    function licensorAt(uint256 i) private pure returns (address) {
        return vm.addr(keyAt(i));
    }

    function payeeAt(uint256 i) private pure returns (address) {
        return address(uint160(uint256(keccak256(abi.encode("payee", i)))));
    }

    /// @dev An order from each of the first `size` licensors; the prices are PRICE, PRICE + 1, ...
    function shelf(uint256 size) private view returns (ILicenseToken.Order[] memory orders) {
        orders = new ILicenseToken.Order[](size);
        for (uint256 i = 0; i < size; ++i) {
            ILicenseToken.Offer memory offer = terms();
            (offer.licensor, offer.payee, offer.price) = (licensorAt(i), payeeAt(i), PRICE + i);
            offer.assetId = keccak256(abi.encode(bytes32(i + 1), offer.licensor));
            orders[i] = orderOf(offer, "", licensee, 0);
            sign(orders[i], i);
        }
    }

    function sign(ILicenseToken.Order memory order, uint256 i) private view {
        order.signature = signed(keyAt(i), digestOf(order.offer));
    }

    /// @dev The `i`th order, signed, but not to be sold.
    function altered(uint256 i, uint256 how) private returns (ILicenseToken.Order memory order) {
        order = shelf(i + 1)[i];
        if (how == 0) order.offer.end = uint40(NOW - 1);
        if (how == 1) order.offer.currency = address(new SilentToken());
        if (how == 2) (order.offer.price, order.quantity) = (1 << 255, 2);
        if (how == 3) order.offer.assetId = "unknown";
        sign(order, i);
    }

    /// @dev In dollars, coin (2 ether), another token, for free, and in coin (1 ether).
    function mixed() private returns (ILicenseToken.Order[] memory orders) {
        SilentToken token = new SilentToken();
        token.mint(licensee, 1e15);
        vm.prank(licensee);
        token.approve(address(licenses), type(uint256).max);
        orders = shelf(5);
        (orders[1].offer.currency, orders[1].offer.price) = (address(0), 2 ether);
        orders[2].offer.currency = address(token);
        (orders[3].offer.price, orders[3].offer.kind) = (0, ILicenseToken.Kind.Free);
        (orders[4].offer.currency, orders[4].offer.price) = (address(0), 1 ether);
        for (uint256 i = 1; i < 5; ++i) {
            sign(orders[i], i);
        }
    }

    /// @dev Three orders for 1 ether each, of which the second pays a contract that acts; 3 ether lie here by mistake,
    /// and the buyer has 10.
    function museumBasket() private returns (Puppet museum, ILicenseToken.Order[] memory orders) {
        museum = new Puppet();
        orders = shelf(3);
        for (uint256 i = 0; i < 3; ++i) {
            (orders[i].offer.currency, orders[i].offer.price) = (address(0), 1 ether);
            if (i == 1) orders[i].offer.payee = address(museum);
            sign(orders[i], i);
        }
        vm.deal(licensee, 10 ether);
        vm.deal(address(licenses), 3 ether);
    }

    function fill(ILicenseToken.Order[] memory orders, bool skip_, uint256 value) private returns (bytes32[] memory) {
        vm.prank(licensee);
        return licenses.buyBasket{value: value}(orders, skip_);
    }

    /// @dev All or nothing: nothing, and nothing paid.
    function refuseBasket(ILicenseToken.Order[] memory orders, uint256 value, bytes memory reason) private {
        uint256[4] memory before =
            [licensee.balance, dollar.balanceOf(licensee), licenses.balanceOf(licensee), address(licenses).balance];
        bytes32 head = licenses.head();
        vm.prank(licensee);
        vm.expectRevert(reason);
        licenses.buyBasket{value: value}(orders, false);
        assertEq(licensee.balance, before[0]);
        assertEq(dollar.balanceOf(licensee), before[1]);
        assertEq(licenses.balanceOf(licensee), before[2]);
        assertEq(address(licenses).balance, before[3]);
        assertEq(licenses.head(), head);
    }

    /// @dev The head after the sales whose ids are not 0. Forge records logs that were undone, so that the recorded ones
    /// do not do where a sale fails late.
    function headAfter(bytes32 head, ILicenseToken.Order[] memory orders, bytes32[] memory ids)
        private
        view
        returns (bytes32)
    {
        Vm.Log memory log;
        log.topics = new bytes32[](4);
        for (uint256 i = 0; i < orders.length; ++i) {
            if (ids[i] == 0) continue;
            bytes32 to = bytes32(uint256(uint160(orders[i].licensee)));
            for (uint256 seat = 0; seat < orders[i].quantity; ++seat) {
                log.topics[0] = keccak256("Transfer(address,address,uint256)");
                (log.topics[1], log.topics[2], log.topics[3]) = (0, to, seatOf(orders[i], seat));
                log.data = "";
                head = Replay.next(head, log);
            }
            log.topics[0] = ILicenseToken.Sold.selector;
            (log.topics[1], log.topics[2], log.topics[3]) = (seatOf(orders[i], 0), orders[i].offer.assetId, to);
            log.data = abi.encode(licensee, orders[i].salt, orders[i].quantity, orders[i].offer, orders[i].signature);
            head = Replay.next(head, log);
        }
        return head;
    }

    function assertSold(ILicenseToken.Order memory order, bytes32 id) private view {
        assertEq(id, seatOf(order, 0));
        assertEq(licenses.ownerOf(uint256(id)), order.licensee);
    }
}
