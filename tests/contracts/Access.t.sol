// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC721} from "@openzeppelin/contracts/token/ERC721/IERC721.sol";

import {IAssetRegistry} from "contracts/interfaces/IAssetRegistry.sol";
import {ILicenseToken} from "contracts/interfaces/ILicenseToken.sol";
import {ERC721} from "solady/tokens/ERC721.sol";
import {SafeTransferLib} from "solady/utils/SafeTransferLib.sol";

import {Base} from "./Base.t.sol";
import {IDollar} from "./helpers/System.sol";

/// @dev Every state-changing function that is not open to all, called by every role; where the table gives no reason to
/// refuse, the call must go through. Open to all, because they act for the caller or on a proof: `register`,
/// `registerFor`, `buy`, `buyWithPermit`, `buyBasket`, `buyWithAuthorization`, `setApprovalForAll`, and all of the factory
/// and the vaults.
contract AccessTest is Base {
    address private operator = makeAddr("operator"); // of all of the holders' tokens
    address private approved = makeAddr("approved"); // for the one token
    address private formerHolder = makeAddr("former holder");

    bytes32 private licenseId;
    ILicenseToken.Offer private offer;

    function setUp() public override {
        super.setUp();
        bytes32 id = registerAs(formerHolder, "sold on");
        moveDeed(id, formerHolder, licensor);
        assetId = id;
        offer = terms();
        offer.epoch = 1;
        licenseId = buy(offer);
        empower(registry, licensor, uint256(id));
        empower(licenses, licensee, uint256(licenseId));
    }

    // ---- deeds ----

    function test_CancelOffers() public {
        matrix(address(registry), abi.encodeCall(registry.cancelOffers, (assetId)), this.notHolder, only(licensor));
    }

    function notHolder(address caller) external view returns (bytes memory) {
        return abi.encodeWithSelector(IAssetRegistry.NotDeedHolder.selector, assetId, caller, licensor);
    }

    function test_GrantExclusive() public {
        matrix(
            address(registry),
            abi.encodeCall(registry.grantExclusive, (assetId, licenseId, type(uint32).max)),
            this.notLicenseToken,
            only(address(licenses))
        );
    }

    function notLicenseToken(address caller) external pure returns (bytes memory) {
        return abi.encodeWithSelector(IAssetRegistry.NotLicenseToken.selector, caller);
    }

    function test_MoveADeed() public {
        moves(registry, licensor, uint256(assetId));
    }

    function test_ApproveADeed() public {
        bytes memory call = abi.encodeCall(registry.approve, (auditor, uint256(assetId)));
        matrix(address(registry), call, this.notOwner, two(licensor, operator));
    }

    // ---- offers ----

    function test_PublishOffer() public {
        matrix(
            address(licenses),
            abi.encodeCall(licenses.publishOffer, (offer, conditions())),
            this.notLicensor,
            only(licensor)
        );
    }

    function test_CancelOffer() public {
        matrix(address(licenses), abi.encodeCall(licenses.cancelOffer, (offer)), this.notLicensor, only(licensor));
    }

    function notLicensor(address caller) external view returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseToken.NotLicensor.selector, caller, licensor);
    }

    // ---- sales ----

    function test_SellApart() public {
        ILicenseToken.Order memory order = orderOf(offer, signed(offer), stranger, 0);
        bytes memory call = abi.encodeCall(licenses.sellApart, (order, licensee, 0));
        matrix(address(licenses), call, this.notSelf, only(address(licenses)));
    }

    function notSelf(address caller) external pure returns (bytes memory) {
        return abi.encodeWithSelector(ILicenseToken.NotSelf.selector, caller);
    }

    /// @dev Anyone buys what is free; what costs, whoever has money and allowed it: here the licensee alone.
    function test_Buy() public {
        ILicenseToken.Order[] memory orders = new ILicenseToken.Order[](1);
        orders[0] = orderOf(offer, signed(offer), licensee, "paid");
        matrix(address(licenses), abi.encodeCall(licenses.buy, (orders[0])), this.notPaid, only(licensee));
        bytes memory call = abi.encodeCall(licenses.buyBasket, (orders, false));
        matrix(address(licenses), call, this.notPaid, only(licensee));
        call = abi.encodeCall(licenses.buyWithPermit, (orders[0], ILicenseToken.Permit(NOW, 27, 0, 0)));
        matrix(address(licenses), call, this.notPaid, only(licensee));
        call = abi.encodeCall(licenses.buyBasket, (orders, true)); // passed over, where there is no money
        matrix(address(licenses), call, this.notPaid, everyone());

        ILicenseToken.Offer memory gift = freeTerms();
        gift.epoch = 1;
        orders[0] = orderOf(gift, signed(gift), licensee, "free");
        matrix(address(licenses), abi.encodeCall(licenses.buy, (orders[0])), this.notPaid, everyone());
        call = abi.encodeCall(licenses.buyBasket, (orders, false));
        matrix(address(licenses), call, this.notPaid, everyone());
    }

    function notPaid(address) external pure returns (bytes memory) {
        return abi.encodeWithSelector(SafeTransferLib.TransferFromFailed.selector);
    }

    /// @dev Whoever submits it, the signer pays.
    function test_BuyWithAuthorization() public {
        ILicenseToken.Order memory order = orderOf(offer, signed(offer), licensee, "paid");
        bytes memory call = abi.encodeCall(licenses.buyWithAuthorization, (order, authorize(licenseeKey, order)));
        matrix(address(licenses), call, this.notPaid, everyone());
    }

    function test_ReceiveDollars() public {
        bytes32 nonce = "nonce";
        ILicenseToken.Authorization memory signed_ = authorize(licenseeKey, 7, NOW - 1, NOW + 1, nonce);
        bytes memory call = abi.encodeCall(
            dollar.receiveWithAuthorization,
            (licensee, address(licenses), 7, NOW - 1, NOW + 1, nonce, signed_.v, signed_.r, signed_.s)
        );
        matrix(address(dollar), call, this.notReceiver, only(address(licenses)));
    }

    function notReceiver(address caller) external view returns (bytes memory) {
        return abi.encodeWithSelector(IDollar.AuthorizationNotForCaller.selector, caller, licenses);
    }

    // ---- licenses ----

    function test_MoveALicense() public {
        moves(licenses, licensee, uint256(licenseId));
    }

    function test_ApproveALicense() public {
        bytes memory call = abi.encodeCall(licenses.approve, (auditor, uint256(licenseId)));
        matrix(address(licenses), call, this.notOwner, two(licensee, operator));
    }

    function notOwner(address) external pure returns (bytes memory) {
        return abi.encodeWithSelector(ERC721.NotOwnerNorApproved.selector);
    }

    // ---- the table ----

    function moves(IERC721 token, address holder, uint256 id) private {
        address[] memory allowed = new address[](3);
        (allowed[0], allowed[1], allowed[2]) = (holder, operator, approved);
        bytes memory call = abi.encodeCall(token.transferFrom, (holder, auditor, id));
        matrix(address(token), call, this.notOwner, allowed);
        call = abi.encodeWithSignature("safeTransferFrom(address,address,uint256)", holder, auditor, id);
        matrix(address(token), call, this.notOwner, allowed);
        call = abi.encodeWithSignature("safeTransferFrom(address,address,uint256,bytes)", holder, auditor, id, "");
        matrix(address(token), call, this.notOwner, allowed);
    }

    function matrix(
        address target,
        bytes memory call,
        function(address) external returns (bytes memory) refusal,
        address[] memory allowed
    ) private {
        address[] memory roles = everyone();
        for (uint256 i = 0; i < roles.length; ++i) {
            uint256 snapshot = vm.snapshotState();
            vm.prank(roles[i]);
            (bool ok, bytes memory result) = target.call(call);
            bool may = false;
            for (uint256 j = 0; j < allowed.length; ++j) {
                if (allowed[j] == roles[i]) may = true;
            }
            assertEq(ok, may, vm.getLabel(roles[i]));
            if (!may) assertEq(result, refusal(roles[i]), vm.getLabel(roles[i]));
            vm.revertToState(snapshot);
        }
    }

    function everyone() private returns (address[] memory roles) {
        roles = new address[](13);
        (roles[0], roles[1], roles[2], roles[3]) = (licensor, licensee, operator, approved);
        (roles[4], roles[5], roles[6], roles[7]) = (formerHolder, stranger, artist, auditor);
        (roles[8], roles[9], roles[10]) = (address(registry), address(licenses), address(factory));
        (roles[11], roles[12]) = (address(vaultOfThree()), relayer);
    }

    function empower(IERC721 token, address holder, uint256 id) private {
        vm.startPrank(holder);
        token.setApprovalForAll(operator, true);
        token.approve(approved, id);
        vm.stopPrank();
    }

    function only(address one) private pure returns (address[] memory list) {
        list = new address[](1);
        list[0] = one;
    }

    function two(address one, address other) private pure returns (address[] memory list) {
        list = new address[](2);
        (list[0], list[1]) = (one, other);
    }
}
