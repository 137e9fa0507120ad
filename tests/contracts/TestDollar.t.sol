// SPDX-License-Identifier: MIT
pragma solidity ^0.8.30;

import {IERC20} from "@openzeppelin/contracts/token/ERC20/IERC20.sol";

import {Base} from "./Base.t.sol";
import {IDollar} from "./helpers/System.sol";

contract TestDollarTest is Base {
    /// @dev As EIP-3009 writes them.
    bytes32 private constant TRANSFER_TYPEHASH = keccak256(
        "TransferWithAuthorization(address from,address to,uint256 value,uint256 validAfter,uint256 validBefore,bytes32 nonce)"
    );
    bytes32 private constant CANCEL_TYPEHASH = keccak256("CancelAuthorization(address authorizer,bytes32 nonce)");

    struct Move {
        address from;
        address to;
        uint256 value;
        uint256 validAfter;
        uint256 validBefore;
        bytes32 nonce;
    }

    address private constant PERMIT2 = 0x000000000022D473030F116dDEE9F6B43aC78BA3;

    function test_HasSixDecimals() public view {
        assertEq(dollar.name(), "Test Dollar");
        assertEq(dollar.symbol(), "TUSD");
        assertEq(dollar.decimals(), 6);
    }

    function test_AnyoneMayMint() public {
        vm.prank(stranger);
        dollar.mint(stranger, 7);
        assertEq(dollar.balanceOf(stranger), 7);
    }

    function test_RevertWhen_TheSupplyOverflows() public {
        dollar.mint(stranger, type(uint256).max - dollar.totalSupply());
        vm.expectRevert(abi.encodeWithSignature("TotalSupplyOverflow()"));
        dollar.mint(stranger, 1);
    }

    function test_NobodyHasAStandingAllowance() public view {
        assertEq(dollar.allowance(licensee, PERMIT2), 0);
    }

    function testFuzz_RevertWhen_TheChainIsNotLocal(uint64 chainId) public {
        vm.assume(chainId != 31337 && chainId != 1337);
        vm.chainId(chainId);
        vm.expectRevert(abi.encodeWithSignature("OnlyLocalChains(uint256)", chainId));
        this.deployDollar();
    }

    function test_GanachesChainIsLocal() public {
        vm.chainId(1337);
        this.deployDollar();
    }

    // ---- EIP-3009 ----

    function test_TheTypehashesAreTheStandards() public pure {
        assertEq(TRANSFER_TYPEHASH, 0x7c7c6cdb67a18743f49ec6fa9b35f50d52ed05cbed4cc592e13b44501c1a2267);
        assertEq(RECEIVE_TYPEHASH, 0xd099cc98ef71107a616c4f0f941f04c322d8e254fe26b3c6668db87aae413de8);
        assertEq(CANCEL_TYPEHASH, 0x158b0a9edf7a828aad02f63cd515c68ef2f50ba807396f6d12842833a1597429);
    }

    function test_TheDomainIsTheTokens() public view {
        assertEq(
            dollar.DOMAIN_SEPARATOR(),
            keccak256(
                abi.encode(
                    keccak256("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)"),
                    keccak256("Test Dollar"),
                    keccak256("1"),
                    CHAIN,
                    address(dollar)
                )
            )
        );
    }

    function test_AnyoneSubmitsATransfer() public {
        Move memory move = payment();
        vm.expectEmit(address(dollar));
        emit IDollar.AuthorizationUsed(licensee, "nonce");
        vm.expectEmit(address(dollar));
        emit IERC20.Transfer(licensee, artist, 7);
        vm.prank(stranger);
        this.transfer(move, sign(licenseeKey, TRANSFER_TYPEHASH, move));
        assertEq(dollar.balanceOf(artist), 7);
        assertEq(dollar.balanceOf(licensee), 1e15 - 7);
        assertTrue(dollar.authorizationState(licensee, "nonce"));
        assertFalse(dollar.authorizationState(artist, "nonce"));
    }

    function test_TheReceiverAloneReceives() public {
        Move memory move = payment();
        bytes memory signature = sign(licenseeKey, RECEIVE_TYPEHASH, move);
        address[3] memory others = [licensee, stranger, address(licenses)];
        for (uint256 i = 0; i < 3; ++i) {
            refuseReceipt(
                others[i],
                move,
                signature,
                abi.encodeWithSelector(IDollar.AuthorizationNotForCaller.selector, others[i], artist)
            );
        }
        vm.expectEmit(address(dollar));
        emit IDollar.AuthorizationUsed(licensee, "nonce");
        receive_(artist, move, signature);
        assertEq(dollar.balanceOf(artist), 7);
        assertTrue(dollar.authorizationState(licensee, "nonce"));
    }

    /// @dev A transfer's signature receives nothing, a receipt's transfers nothing: the types differ.
    function test_RevertWhen_TheTypesAreSwapped() public {
        Move memory move = payment();
        bytes memory invalid = abi.encodeWithSelector(IDollar.AuthorizationSignatureInvalid.selector, licensee);
        refuseReceipt(artist, move, sign(licenseeKey, TRANSFER_TYPEHASH, move), invalid);
        refuseTransfer(move, sign(licenseeKey, RECEIVE_TYPEHASH, move), invalid);
    }

    function test_MovesOnce() public {
        Move memory move = payment();
        bytes memory received = sign(licenseeKey, RECEIVE_TYPEHASH, move);
        bytes memory transferred = sign(licenseeKey, TRANSFER_TYPEHASH, move);
        receive_(artist, move, received);
        bytes memory spent = abi.encodeWithSelector(IDollar.AuthorizationSpent.selector, licensee, move.nonce);
        refuseReceipt(artist, move, received, spent);
        refuseTransfer(move, transferred, spent);
        move.nonce = "another";
        this.transfer(move, sign(licenseeKey, TRANSFER_TYPEHASH, move));
        assertEq(dollar.balanceOf(artist), 14);
    }

    function testFuzz_MovesBetweenItsTimesAlone(uint256 validAfter, uint256 validBefore, uint256 time) public {
        Move memory move = payment();
        (move.validAfter, move.validBefore) = (validAfter % (2 * NOW), validBefore % (2 * NOW));
        time %= 2 * NOW;
        bytes memory signature = sign(licenseeKey, RECEIVE_TYPEHASH, move);
        vm.warp(time);
        if (move.validAfter < time && time < move.validBefore) {
            receive_(artist, move, signature);
        } else {
            refuseReceipt(artist, move, signature, notNow(move, time));
        }
    }

    function test_TheTimesAreExclusive() public {
        Move memory move = payment();
        (move.validAfter, move.validBefore) = (NOW, NOW + 2);
        bytes memory signature = sign(licenseeKey, TRANSFER_TYPEHASH, move);
        refuseTransfer(move, signature, notNow(move, NOW));
        vm.warp(NOW + 2);
        refuseTransfer(move, signature, notNow(move, NOW + 2));
        vm.warp(NOW + 1);
        this.transfer(move, signature);
    }

    function testFuzz_RevertWhen_AnyBitIsAltered(uint256 field, uint256 bit) public {
        Move memory move = payment();
        bytes memory signature = sign(licenseeKey, TRANSFER_TYPEHASH, move);
        (field, bit) = (field % 7, bit % 256);
        uint256 mask = 1 << bit;
        if (field == 0) move.from = address(uint160(move.from) ^ uint160(1 << (bit % 160)));
        if (field == 1) move.to = address(uint160(move.to) ^ uint160(1 << (bit % 160)));
        if (field == 2) move.value ^= mask;
        if (field == 3) move.validAfter ^= mask;
        if (field == 4) move.validBefore ^= mask;
        if (field == 5) move.nonce ^= bytes32(mask);
        if (field == 6) signature[bit % 65] ^= bytes1(uint8(1 << (bit % 8)));
        vm.expectRevert();
        this.transfer(move, signature);
    }

    function testFuzz_RevertWhen_AnotherSigned(uint256 key) public {
        key = bound(key, 1, 1e50);
        vm.assume(key != licenseeKey);
        Move memory move = payment();
        refuseTransfer(
            move,
            sign(key, TRANSFER_TYPEHASH, move),
            abi.encodeWithSelector(IDollar.AuthorizationSignatureInvalid.selector, licensee)
        );
    }

    /// @dev A signature of nobody recovers to the zero address, which has signed nothing.
    function test_RevertWhen_NobodySigned() public {
        Move memory move = payment();
        bytes memory nobody = new bytes(65);
        refuseTransfer(move, nobody, abi.encodeWithSelector(IDollar.AuthorizationSignatureInvalid.selector, licensee));
        (move.from, move.value) = (address(0), 0);
        refuseTransfer(move, nobody, abi.encodeWithSelector(IDollar.AuthorizationSignatureInvalid.selector, address(0)));
    }

    function test_RevertWhen_OnAnotherChain() public {
        Move memory move = payment();
        bytes memory signature = sign(licenseeKey, TRANSFER_TYPEHASH, move);
        vm.chainId(1337);
        refuseTransfer(
            move, signature, abi.encodeWithSelector(IDollar.AuthorizationSignatureInvalid.selector, licensee)
        );
    }

    function test_RevertWhen_TheBalanceIsShort() public {
        Move memory move = payment();
        move.value = 1e15 + 1;
        bytes memory signature = sign(licenseeKey, TRANSFER_TYPEHASH, move);
        refuseTransfer(move, signature, abi.encodeWithSignature("InsufficientBalance()"));
        assertFalse(dollar.authorizationState(licensee, "nonce"), "it serves later");
        dollar.mint(licensee, 1);
        this.transfer(move, signature);
    }

    function test_ACancelledNonceMovesNothing() public {
        Move memory move = payment();
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(licenseeKey, cancellation(licensee, "nonce"));
        vm.expectEmit(address(dollar));
        emit IDollar.AuthorizationCanceled(licensee, "nonce");
        vm.prank(stranger);
        dollar.cancelAuthorization(licensee, "nonce", v, r, s);
        assertTrue(dollar.authorizationState(licensee, "nonce"));
        bytes memory spent = abi.encodeWithSelector(IDollar.AuthorizationSpent.selector, licensee, move.nonce);
        refuseTransfer(move, sign(licenseeKey, TRANSFER_TYPEHASH, move), spent);
        refuseReceipt(artist, move, sign(licenseeKey, RECEIVE_TYPEHASH, move), spent);
        vm.expectRevert(spent);
        dollar.cancelAuthorization(licensee, "nonce", v, r, s);
    }

    function test_RevertWhen_AnotherCancels() public {
        (uint8 v, bytes32 r, bytes32 s) = vm.sign(strangerKey, cancellation(licensee, "nonce"));
        vm.expectRevert(abi.encodeWithSelector(IDollar.AuthorizationSignatureInvalid.selector, licensee));
        dollar.cancelAuthorization(licensee, "nonce", v, r, s);
        // And for themself: their own nonce, nobody else's.
        (v, r, s) = vm.sign(strangerKey, cancellation(stranger, "nonce"));
        dollar.cancelAuthorization(stranger, "nonce", v, r, s);
        assertFalse(dollar.authorizationState(licensee, "nonce"));
    }

    // ---- helpers ----

    function payment() private view returns (Move memory) {
        return Move(licensee, artist, 7, NOW - 1, NOW + 1, "nonce");
    }

    function sign(uint256 key, bytes32 typehash, Move memory move) private view returns (bytes memory) {
        return signed(
            key,
            keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), keccak256(abi.encode(typehash, move))))
        );
    }

    function cancellation(address authorizer, bytes32 nonce) private view returns (bytes32) {
        bytes32 structHash = keccak256(abi.encode(CANCEL_TYPEHASH, authorizer, nonce));
        return keccak256(abi.encodePacked(hex"1901", dollar.DOMAIN_SEPARATOR(), structHash));
    }

    function transfer(Move calldata move, bytes calldata signature) external {
        passOn(address(this), dollar.transferWithAuthorization.selector, move, signature);
    }

    function receive_(address caller, Move memory move, bytes memory signature) private {
        passOn(caller, dollar.receiveWithAuthorization.selector, move, signature);
    }

    function receiveAs(address caller, Move calldata move, bytes calldata signature) external {
        receive_(caller, move, signature);
    }

    function passOn(address caller, bytes4 selector, Move memory move, bytes memory signature) private {
        (bytes32 r, bytes32 s) = abi.decode(signature, (bytes32, bytes32));
        bytes memory call = bytes.concat(selector, abi.encode(move), abi.encode(uint8(signature[64]), r, s));
        vm.prank(caller);
        (bool ok, bytes memory result) = address(dollar).call(call);
        if (ok) return;
        assembly ("memory-safe") {
            revert(add(result, 0x20), mload(result))
        }
    }

    function refuseTransfer(Move memory move, bytes memory signature, bytes memory reason) private {
        vm.expectRevert(reason);
        this.transfer(move, signature);
    }

    function refuseReceipt(address caller, Move memory move, bytes memory signature, bytes memory reason) private {
        vm.expectRevert(reason);
        this.receiveAs(caller, move, signature);
    }

    function notNow(Move memory move, uint256 time) private pure returns (bytes memory) {
        return
            abi.encodeWithSelector(IDollar.AuthorizationNotValidNow.selector, move.validAfter, move.validBefore, time);
    }

    function deployDollar() external {
        bytes memory code = vm.getCode("TestDollar.sol:TestDollar");
        assembly ("memory-safe") {
            if iszero(create(0, add(code, 0x20), mload(code))) {
                returndatacopy(0, 0, returndatasize())
                revert(0, returndatasize())
            }
        }
    }
}
